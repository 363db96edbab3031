namespace Pfe.Gallery.Storage;

internal static class ChangeTable
{
    public static Task AddChangeAsync(this StoreSession session, Guid gallery, long version, Guid person, bool removed,
        CancellationToken cancellation) => session.ExecuteAsync(
        $"""
        INSERT INTO change (gallery_id, version, person_id, removed) VALUES ({gallery}, {version}, {person}, {removed})
            ON CONFLICT DO NOTHING
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

    /// <summary>Forgets changes up to a version.</summary>
    public static async Task PruneChangesAsync(this StoreSession session, Guid gallery, long upTo, CancellationToken cancellation)
    {
        await session.ExecuteAsync($"UPDATE gallery SET change_floor = {upTo} WHERE id = {gallery} AND change_floor < {upTo}",
            cancellation);
        await session.ExecuteAsync($"DELETE FROM change WHERE gallery_id = {gallery} AND version <= {upTo}", cancellation);
    }
}
