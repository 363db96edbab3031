namespace Pfe.Gallery;

/// <summary>
/// One line of the audit log: who did what to which record, never what a face looks like or what anybody is called. Each entry's hash
/// covers the one before, so that a removed or altered entry shows.
/// </summary>
/// <param name="Scope">The gallery, or an empty id for the store (keys, galleries).</param>
/// <param name="Sequence">1, 2, ... within the scope, without gaps.</param>
/// <param name="At">When.</param>
/// <param name="KeyId">The API key that asked; null for the command line.</param>
/// <param name="Action">What was done, such as <c>person.merge</c>.</param>
/// <param name="SubjectId">The record it was done to; null for none.</param>
/// <param name="Outcome">Numbers and ids that say what came of it.</param>
/// <param name="RequestId">The request; null for none.</param>
/// <param name="Hash">SHA-256 over the entry before and this one, lower-case hexadecimal digits.</param>
internal sealed record AuditEntry(
    Guid Scope, long Sequence, DateTimeOffset At, string? KeyId, string Action, Guid? SubjectId, string Outcome, string? RequestId,
        string Hash);
