using System.Data.Common;

namespace Pfe.Gallery.Storage;

internal static class KeyTable
{
    public static Task AddKeyAsync(this StoreSession session, ApiKey key, byte[] hash, CancellationToken cancellation) =>
        session.ExecuteAsync(
        $"""
        INSERT INTO api_key (id, name, hash, scopes, galleries, created, expires, last_used)
        VALUES ({key.Id}, {key.Name}, {hash}, {(long)key.Scopes}, {string.Join(' ', key.Galleries)}, {key.Created}, {key.Expires},
            {key.LastUsed})
        """, cancellation);

    public static Task<(ApiKey Key, byte[] Hash)> FindKeyAsync(this StoreSession session, string id, CancellationToken cancellation) =>
        session.FirstAsync(
        $"SELECT id, name, scopes, galleries, created, expires, last_used, hash FROM api_key WHERE id = {id}", row =>
            (Read(row), row.Bytes(7)), cancellation);

    public static Task<List<ApiKey>> ListKeysAsync(this StoreSession session, CancellationToken cancellation) => session.QueryAsync(
        $"SELECT id, name, scopes, galleries, created, expires, last_used FROM api_key ORDER BY created, id", Read, cancellation);

    public static Task<int> RemoveKeyAsync(this StoreSession session, string id, CancellationToken cancellation) =>
        session.ExecuteAsync($"DELETE FROM api_key WHERE id = {id}", cancellation);

    public static Task TouchKeyAsync(this StoreSession session, string id, DateTimeOffset now, CancellationToken cancellation) =>
        session.ExecuteAsync($"UPDATE api_key SET last_used = {now} WHERE id = {id}", cancellation);

    private static ApiKey Read(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), (KeyScopes)row.GetInt64(2),
            [.. row.GetString(3).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Guid.Parse)],
        row.Time(4), row.TimeOrNull(5), row.TimeOrNull(6));
}
