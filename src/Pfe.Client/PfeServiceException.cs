using System.Net;

namespace Pfe.Client;

/// <summary>The service refused a request, or could not do it.</summary>
public sealed class PfeServiceException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="problem">What the service says of it; null where it was no service of this kind that answered.</param>
    public PfeServiceException(HttpStatusCode status, Problem? problem)
        : base(problem?.Detail ?? $"the service answered with status {(int)status}") => (Status, Problem) = (status, problem);

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>What the service says of it.</summary>
    public Problem? Problem { get; }

    /// <summary>One of <see cref="ProblemCodes"/>, to branch on.</summary>
    public string Code => Problem?.Code ?? "";
}
