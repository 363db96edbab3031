namespace Pfe.Gallery.Storage;

internal static class ChangeTable
{
    public static Task AddChangeAsync(this StoreSession session, Guid gallery, Change change, DateTimeOffset at,
        CancellationToken cancellation) => session.ExecuteAsync(
        $"""
        INSERT INTO change (gallery_id, version, person_id, removed, at)
            VALUES ({gallery}, {change.Version}, {change.PersonId}, {change.IsRemoval}, {at}) ON CONFLICT DO NOTHING
        """, cancellation);

    /// <summary>The changes behind a version, oldest first.</summary>
    public static Task<List<Change>> ListChangesAsync(this StoreSession session, Guid gallery, long after, int limit,
        CancellationToken cancellation) => session.QueryAsync(
        $"""
        SELECT version, person_id, removed FROM change WHERE gallery_id = {gallery} AND version > {after}
            ORDER BY version, person_id LIMIT {limit}
        """,
        row => new Change(row.GetInt64(0), row.GetGuid(1), row.GetInt64(2) != 0), cancellation);

    /// <summary>The version from which changes are still known: whoever has seen less must read everything anew.</summary>
    public static Task<long> ChangeFloorAsync(this StoreSession session, Guid gallery, CancellationToken cancellation) =>
        session.NumberAsync($"SELECT change_floor FROM gallery WHERE id = {gallery}", cancellation);

    /// <summary>
    /// Of each gallery the version that an index file must show at least: one behind it holds somebody who was removed, or cannot follow
    /// the changes any more.
    /// </summary>
    public static Task<List<(Guid Gallery, long Version)>> ListOldestFilesAsync(this StoreSession session,
        CancellationToken cancellation) => session.QueryAsync(
        $"""
        SELECT id, change_floor, COALESCE((SELECT MAX(version) FROM change WHERE gallery_id = gallery.id AND removed <> 0), 0) FROM gallery
        """, row => (row.GetGuid(0), Math.Max(row.GetInt64(1), row.GetInt64(2))), cancellation);

    /// <summary>Of each gallery with changes that are as old as that, the newest version of them.</summary>
    public static Task<List<(Guid Gallery, long Version)>> ListOldChangesAsync(this StoreSession session, DateTimeOffset until,
        CancellationToken cancellation) => session.QueryAsync(
        $"SELECT gallery_id, MAX(version) FROM change WHERE at <= {until} GROUP BY gallery_id",
        row => (row.GetGuid(0), row.GetInt64(1)), cancellation);

    /// <summary>Forgets changes up to a version.</summary>
    public static async Task PruneChangesAsync(this StoreSession session, Guid gallery, long upTo, CancellationToken cancellation)
    {
        await session.ExecuteAsync($"UPDATE gallery SET change_floor = {upTo} WHERE id = {gallery} AND change_floor < {upTo}",
            cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"DELETE FROM change WHERE gallery_id = {gallery} AND version <= {upTo}", cancellation)
            .ConfigureAwait(false);
    }
}
