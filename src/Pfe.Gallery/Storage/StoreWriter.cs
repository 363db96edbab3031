using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pfe.Gallery.Storage;

/// <summary>A change in progress.</summary>
internal sealed class WriteScope(StoreSession session, DateTimeOffset now)
{
    /// <summary>The transaction.</summary>
    public StoreSession Session => session;

    /// <summary>The time of the change.</summary>
    public DateTimeOffset Now => now;

    /// <summary>The record it is about, for the audit log.</summary>
    public Guid? Subject { get; set; }

    /// <summary>Numbers and ids that say what came of it, for the audit log; never names.</summary>
    public string Outcome { get; set; } = "done";

    /// <summary>A new id; ids rise with time, so that lists by id are lists by age.</summary>
    public Guid NewId() => Guid.CreateVersion7(now);
}

/// <summary>
/// Every change goes through here: idempotency key, the change itself, audit entry and answer are one transaction. Cut off at any moment,
/// all of it is stored or nothing; repeated with its key, it is not done twice.
/// </summary>
internal sealed class StoreWriter(GalleryStore store, GalleryOptions options)
{
    private const int LongestKey = 255;

    /// <summary>Does a change.</summary>
    /// <param name="scope">The gallery, or an empty id for the store: the audit log's scope.</param>
    /// <param name="action">For the audit log.</param>
    /// <param name="context">Who asks, and under which key.</param>
    /// <param name="type">How the answer is kept for a repetition; null where it holds a secret, and then no key is taken.</param>
    /// <param name="work">The change.</param>
    /// <param name="cancellation">Stops before the commit.</param>
    public async Task<T> RunAsync<T>(Guid scope, string action, WriteContext? context, JsonTypeInfo<T>? type, Func<WriteScope,
        Task<T>> work, CancellationToken cancellation)
    {
        context ??= WriteContext.None;
        var key = type is null ? null : context.IdempotencyKey;
        if (key is not null and not { Length: > 0 and <= LongestKey })
            throw new GalleryException(GalleryError.Invalid, $"an idempotency key has 1 to {LongestKey} characters, not {key.Length}");
        // The same key for another action is another request, whoever hashes the content.
        var hash = $"{action} {scope:N} {context.RequestHash}";
        return await store.WriteAsync(async session =>
        {
            var now = options.Now;
            var keyId = context.KeyId ?? "";
            if (key is not null
                && !await session.TakeKeyAsync(keyId, key, hash, now, now + options.RememberKeys, cancellation).ConfigureAwait(false))
                return Repeat(await session.FindKeyAsync(keyId, key, cancellation).ConfigureAwait(false), key, hash, type!);
            var writing = new WriteScope(session, now);
            var result = await work(writing).ConfigureAwait(false);
            await session.AddAuditAsync(
                new AuditEntry(scope, 0, now, context.KeyId, action, writing.Subject, writing.Outcome, context.RequestId, ""),
                cancellation).ConfigureAwait(false);
            if (key is null) return result;
            await session.SaveResponseAsync(keyId, key, JsonSerializer.Serialize(result, type!), cancellation).ConfigureAwait(false);
            return result;
        }, cancellation).ConfigureAwait(false);
    }

    private static T Repeat<T>((string? Hash, string? Response) stored, string key, string hash, JsonTypeInfo<T> type) =>
        stored.Hash == hash && stored.Response is not null
        ? JsonSerializer.Deserialize(stored.Response, type)!
        : throw new GalleryException(GalleryError.IdempotencyConflict,
            $"the idempotency key '{key}' was used for another request; a new request needs a new key");
}
