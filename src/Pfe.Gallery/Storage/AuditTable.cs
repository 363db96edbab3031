using System.Data.Common;
using System.Security.Cryptography;
using System.Text;

namespace Pfe.Gallery.Storage;

internal static class AuditTable
{
    private static readonly Sql Columns = new("scope, sequence, at, key_id, action, subject_id, outcome, request_id, hash");

    /// <summary>
    /// Adds an entry behind the last one of its scope; the head's row stays locked until the transaction ends, so that the chain has no
    /// fork.
    /// </summary>
    public static async Task AddAuditAsync(this StoreSession session, AuditEntry entry, CancellationToken cancellation)
    {
        await session.ExecuteAsync($"INSERT INTO audit_head (scope, sequence, hash) VALUES ({entry.Scope}, 0, '') ON CONFLICT DO NOTHING",
            cancellation).ConfigureAwait(false);
        var (sequence, previous) = await session.FirstAsync(
            $"UPDATE audit_head SET sequence = sequence + 1 WHERE scope = {entry.Scope} RETURNING sequence, hash", row =>
                (row.GetInt64(0), row.GetString(1)), cancellation).ConfigureAwait(false);
        entry = entry with { Sequence = sequence };
        entry = entry with { Hash = HashOf(previous, entry) };
        await session.ExecuteAsync($"UPDATE audit_head SET hash = {entry.Hash} WHERE scope = {entry.Scope}", cancellation)
            .ConfigureAwait(false);
        await session.ExecuteAsync(
            $"""
            INSERT INTO audit ({Columns}) VALUES ({entry.Scope}, {entry.Sequence}, {entry.At}, {entry.KeyId}, {entry.Action},
                {entry.SubjectId}, {entry.Outcome},
                {entry.RequestId}, {entry.Hash})
            """, cancellation).ConfigureAwait(false);
    }

    public static Task<List<AuditEntry>> ListAuditAsync(this StoreSession session, Guid scope, long after, int limit,
        CancellationToken cancellation) => session.QueryAsync(
        $"SELECT {Columns} FROM audit WHERE scope = {scope} AND sequence > {after} ORDER BY sequence LIMIT {limit}", Read, cancellation);

    public static Task<List<AuditEntry>> ListNewestAuditAsync(this StoreSession session, Guid scope, long before, int limit,
        CancellationToken cancellation) => session.QueryAsync(
        $"SELECT {Columns} FROM audit WHERE scope = {scope} AND sequence < {before} ORDER BY sequence DESC LIMIT {limit}", Read,
            cancellation);

    public static Task<(long Sequence, string Hash)> AuditHeadAsync(this StoreSession session, Guid scope,
        CancellationToken cancellation) => session.FirstAsync(
        $"SELECT sequence, hash FROM audit_head WHERE scope = {scope}", row => (row.GetInt64(0), row.GetString(1)), cancellation);

    /// <summary>
    /// SHA-256 over the entry before and every field of this one, each with its length so that no two entries read the same.
    /// </summary>
    public static string HashOf(string previous, AuditEntry entry)
    {
        string?[] fields =
        [
            previous, entry.Scope.ToString(), entry.Sequence.ToString(), entry.At.ToUnixTimeMilliseconds().ToString(), entry.KeyId,
                entry.Action, entry.SubjectId?.ToString(), entry.Outcome,
            entry.RequestId,
        ];
        return Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Concat(fields.Select(field => field is null ? "-;" : $"{field.Length}:{field};")))));
    }

    private static AuditEntry Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetInt64(1), row.Time(2), row.TextOrNull(3), row.GetString(4), row.IdOrNull(5), row.GetString(6),
            row.TextOrNull(7), row.GetString(8));
}
