using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using Orleans.Runtime;

namespace Pfe.Cluster;

/// <summary>
/// The cluster's members in PostgreSQL, as Orleans' membership protocol wants them: every change of a row also changes the table's version,
/// and both happen only if nobody else changed either since they were read.
/// </summary>
internal sealed class MembershipTable(ClusterNodeOptions options) : IMembershipTable, IAsyncDisposable
{
    private const string Script = """
        CREATE TABLE IF NOT EXISTS cluster_version (cluster text PRIMARY KEY, version bigint NOT NULL, etag text NOT NULL);
        CREATE TABLE IF NOT EXISTS cluster_member (
            cluster text NOT NULL, address text NOT NULL, status bigint NOT NULL, entry text NOT NULL, alive bigint NOT NULL,
                etag text NOT NULL,
            PRIMARY KEY (cluster, address));
        """;

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(options.Connection);

    public async Task InitializeMembershipTable(bool tryInitTableVersion)
    {
        await using var connection = await _source.OpenConnectionAsync();
        // Two nodes that start at once would otherwise both create the tables, and one would fail.
        await using var transaction = await connection.BeginTransactionAsync();
        await RunAsync(connection, "SELECT pg_advisory_xact_lock(7366501)");
        await RunAsync(connection, Script + ClusterLayout.Script);
        await RunAsync(connection, "INSERT INTO cluster_version VALUES ($1, 0, $2) ON CONFLICT DO NOTHING", options.Cluster, NewTag());
        await ClusterLayout.AgreeAsync(connection, options, TimeProvider.System.GetUtcNow());
        await transaction.CommitAsync();
    }

    public async Task DeleteMembershipTableEntries(string clusterId)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await RunAsync(connection, "DELETE FROM cluster_member WHERE cluster = $1", clusterId);
        await RunAsync(connection, "DELETE FROM cluster_version WHERE cluster = $1", clusterId);
    }

    public async Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await RunAsync(connection, "DELETE FROM cluster_member WHERE cluster = $1 AND status <> $2 AND alive < $3",
            options.Cluster, (long)SiloStatus.Active, beforeDate.ToUnixTimeMilliseconds());
    }

    public Task<MembershipTableData> ReadRow(SiloAddress key) => ReadAsync(key.ToParsableString());

    public Task<MembershipTableData> ReadAll() => ReadAsync(null);

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => ChangeAsync(tableVersion, async connection =>
    {
        await ClusterLayout.RequireAsync(connection, options);
        return await RunAsync(connection, "INSERT INTO cluster_member VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            options.Cluster, entry.SiloAddress.ToParsableString(), (long)entry.Status, Write(entry), Milliseconds(entry.IAmAliveTime),
            NewTag());
    });

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => ChangeAsync(tableVersion, connection =>
        RunAsync(connection,
            "UPDATE cluster_member SET status = $3, entry = $4, alive = $5, etag = $6 WHERE cluster = $1 AND address = $2 AND etag = $7",
            options.Cluster, entry.SiloAddress.ToParsableString(), (long)entry.Status, Write(entry), Milliseconds(entry.IAmAliveTime),
                NewTag(), etag));

    public async Task UpdateIAmAlive(MembershipEntry entry)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await RunAsync(connection, "UPDATE cluster_member SET alive = $3 WHERE cluster = $1 AND address = $2",
            options.Cluster, entry.SiloAddress.ToParsableString(), Milliseconds(entry.IAmAliveTime));
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<bool> ChangeAsync(TableVersion next, Func<NpgsqlConnection, Task<int>> change)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        // The version that is handed in is the next one, with the tag of the present one.
        var isNewest = await RunAsync(connection, "UPDATE cluster_version SET version = $2, etag = $3 WHERE cluster = $1 AND etag = $4",
            options.Cluster, (long)next.Version, NewTag(), next.VersionEtag) == 1;
        if (!isNewest || await change(connection) != 1) return false;
        await transaction.CommitAsync();
        return true;
    }

    private async Task<MembershipTableData> ReadAsync(string? address)
    {
        await using var connection = await _source.OpenConnectionAsync();
        // One state: a row newer than the version that is returned with it would be a lie.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        var version = new TableVersion(0, "");
        await using (var command = Command(connection, "SELECT version, etag FROM cluster_version WHERE cluster = $1", options.Cluster))
        await using (var row = await command.ExecuteReaderAsync())
            if (await row.ReadAsync()) version = new TableVersion((int)row.GetInt64(0), row.GetString(1));
        var members = new List<Tuple<MembershipEntry, string>>();
        await using (var command = Command(connection,
            "SELECT address, status, entry, alive, etag FROM cluster_member WHERE cluster = $1 AND ($2 = '' OR address = $2)",
                options.Cluster, address ?? ""))
        await using (var row = await command.ExecuteReaderAsync())
            while (await row.ReadAsync())
                members.Add(Tuple.Create(Read(row.GetString(0), (SiloStatus)row.GetInt64(1), row.GetString(2), row.GetInt64(3)),
                    row.GetString(4)));
        return new MembershipTableData(members, version);
    }

    private static string Write(MembershipEntry entry) => JsonSerializer.Serialize(new MemberRow(
        entry.ProxyPort, entry.HostName ?? "", entry.SiloName ?? "", entry.RoleName ?? "", entry.UpdateZone, entry.FaultZone,
            Milliseconds(entry.StartTime),
        [.. (entry.SuspectTimes ?? []).Select(vote => new SuspectRow(vote.Item1.ToParsableString(), Milliseconds(vote.Item2)))]),
            MemberJson.Default.MemberRow);

    private static MembershipEntry Read(string address, SiloStatus status, string entry, long alive)
    {
        var row = JsonSerializer.Deserialize(entry, MemberJson.Default.MemberRow)!;
        return new MembershipEntry
        {
            SiloAddress = SiloAddress.FromParsableString(address), Status = status, ProxyPort = row.ProxyPort, HostName = row.HostName,
            SiloName = row.SiloName, RoleName = row.RoleName, UpdateZone = row.UpdateZone, FaultZone = row.FaultZone,
            StartTime = Time(row.Start),
            IAmAliveTime = Time(alive),
            SuspectTimes = [.. row.Suspects.Select(vote => Tuple.Create(SiloAddress.FromParsableString(vote.Address), Time(vote.At)))],
        };
    }

    private static long Milliseconds(DateTime time) => new DateTimeOffset(DateTime.SpecifyKind(time,
        DateTimeKind.Utc)).ToUnixTimeMilliseconds();

    private static DateTime Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime;

    private static string NewTag() => Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    internal static async Task<int> RunAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync();
    }

    internal static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
#pragma warning disable CA2100 // values are parameters
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}

/// <summary>What of a member has no column of its own.</summary>
internal sealed record MemberRow(
    int ProxyPort, string HostName, string SiloName, string RoleName, int UpdateZone, int FaultZone, long Start,
        IReadOnlyList<SuspectRow> Suspects);

/// <summary>Who voted that a member is dead, and when.</summary>
internal sealed record SuspectRow(string Address, long At);

[JsonSerializable(typeof(MemberRow))]
internal sealed partial class MemberJson : JsonSerializerContext;
