namespace Pfe.Server.Messages;

/// <summary>A request is refused: what the caller is told.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="code">One of <see cref="Client.ProblemCodes"/>.</param>
/// <param name="detail">What is wrong and what would be right; no name, no file name.</param>
internal sealed class ProblemException(int status, string code, string detail) : Exception(detail)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public static ProblemException Invalid(string detail) => new(400, Client.ProblemCodes.InvalidRequest, detail);
}
