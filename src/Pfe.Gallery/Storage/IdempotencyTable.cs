namespace Pfe.Gallery.Storage;

internal static class IdempotencyTable
{
    /// <summary>
    /// Takes a key at the start of a transaction. Another transaction with the same key waits here until this one ends, and then finds the
    /// key taken.
    /// </summary>
    /// <returns>Whether the key was free.</returns>
    public static async Task<bool> TakeKeyAsync(this StoreSession session, string keyId, string key, string? hash, DateTimeOffset now,
        DateTimeOffset expires, CancellationToken cancellation)
    {
        await session.ExecuteAsync($"DELETE FROM idempotency WHERE key_id = {keyId} AND request_key = {key} AND expires <= {now}",
            cancellation).ConfigureAwait(false);
        return await session.ExecuteAsync(
            $"""
            INSERT INTO idempotency (key_id, request_key, request_hash, response, expires) VALUES ({keyId}, {key}, {hash}, NULL, {expires})
            ON CONFLICT DO NOTHING
            """, cancellation).ConfigureAwait(false)
             == 1;
    }

    public static Task<(string? Hash, string? Response)> FindKeyAsync(this StoreSession session, string keyId, string key,
        CancellationToken cancellation) => session.FirstAsync(
        $"SELECT request_hash, response FROM idempotency WHERE key_id = {keyId} AND request_key = {key}", row =>
            (row.TextOrNull(0), row.TextOrNull(1)), cancellation);

    public static Task SaveResponseAsync(this StoreSession session, string keyId, string key, string response,
        CancellationToken cancellation) =>
        session.ExecuteAsync($"UPDATE idempotency SET response = {response} WHERE key_id = {keyId} AND request_key = {key}", cancellation);

    public static Task<int> DropExpiredKeysAsync(this StoreSession session, DateTimeOffset now, CancellationToken cancellation) =>
        session.ExecuteAsync($"DELETE FROM idempotency WHERE expires <= {now}", cancellation);
}
