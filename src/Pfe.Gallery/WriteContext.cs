namespace Pfe.Gallery;

/// <summary>Who asks for a change, and under which key a repetition of the request is recognised.</summary>
/// <remarks>
/// A request that was written but whose answer was lost is repeated by its client. With an idempotency key the repetition gets the first
/// answer and changes nothing: the key lies in the same transaction as the change.
/// </remarks>
public sealed record WriteContext
{
    /// <summary>Nobody in particular: the command line.</summary>
    public static WriteContext None { get; } = new();

    /// <summary>The API key's id, for the audit log; null for the command line.</summary>
    public string? KeyId { get; init; }

    /// <summary>The request's id, for the audit log.</summary>
    public string? RequestId { get; init; }

    /// <summary>The caller's own key of this request, 1 to 255 characters, unique among its API key's requests; null for none.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>
    /// SHA-256 of the request's content, to tell a repetition from another request under the same key; null compares nothing.
    /// </summary>
    public string? RequestHash { get; init; }
}
