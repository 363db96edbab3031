using Pfe.Gallery.Storage;

namespace Pfe.Gallery;

/// <summary>The audit log: a chain of entries for each gallery, and one for the store.</summary>
internal sealed class AuditLog
{
    private const int AtOnce = 1000;
    private readonly GalleryStore _store;

    internal AuditLog(GalleryStore store) => _store = store;

    /// <summary>Entries, newest first.</summary>
    /// <param name="scope">The gallery; null for the store.</param>
    /// <param name="cursor">The last part's <see cref="Page{T}.Next"/>; null for the newest.</param>
    /// <param name="limit">How many, 1 to 1,000.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<Page<AuditEntry>> ListAsync(Guid? scope = null, string? cursor = null, int limit = 100,
        CancellationToken cancellation = default)
    {
        var (before, count) = (Cursor.Number(cursor) ?? long.MaxValue, Cursor.Limit(limit));
        var found = await _store.ReadAsync(session => session.ListNewestAuditAsync(scope ?? Guid.Empty, before, count + 1, cancellation),
            cancellation).ConfigureAwait(false);
        return Cursor.Page(found, count, entry => Cursor.Of(entry.Sequence));
    }

    /// <summary>Follows the chain from its beginning.</summary>
    /// <param name="scope">The gallery; an empty id for the store.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>One line a problem: an entry that is missing, or was altered.</returns>
    public async Task<IReadOnlyList<string>> CheckAsync(Guid scope, CancellationToken cancellation = default) =>
        await _store.ReadAsync(async session =>
    {
        var (head, headHash) = await session.AuditHeadAsync(scope, cancellation).ConfigureAwait(false);
        var (previous, sequence) = ("", 0L);
        for (var more = true; more;)
        {
            var entries = await session.ListAuditAsync(scope, sequence, AtOnce, cancellation).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                if (entry.Sequence != sequence + 1) return [$"audit log: entry {sequence + 1} is missing"];
                if (AuditTable.HashOf(previous, entry) != entry.Hash) return [$"audit log: entry {entry.Sequence} was altered"];
                (previous, sequence) = (entry.Hash, entry.Sequence);
            }
            more = entries.Count == AtOnce;
        }
        return sequence == head && previous == (headHash ?? "") ? (IReadOnlyList<string>)[]
            : [$"audit log: it ends at entry {sequence}, and {head} were written"];
    }, cancellation).ConfigureAwait(false);
}
