using Npgsql;
using Orleans.Runtime;

namespace Pfe.Cluster;

/// <summary>
/// How many parts a gallery has and how many nodes hold each, as the nodes of a cluster agreed on it: two that count differently would
/// look for the same person in different parts, and both would be sure. Kept in PostgreSQL as long as a node runs.
/// </summary>
internal static class ClusterLayout
{
    public const string Script = """
        CREATE TABLE IF NOT EXISTS cluster_layout (cluster text PRIMARY KEY, shards int NOT NULL, replicas int NOT NULL);
        """;

    // A node says four times in it that it is alive; who was killed with all others is forgotten after it.
    private static readonly TimeSpan Silent = TimeSpan.FromMinutes(2);

    /// <summary>Sets the layout where no node runs, and compares it where one does. Within a transaction that holds the table's
    /// lock.</summary>
    /// <exception cref="InvalidConfigurationException">The nodes that run have another one.</exception>
    public static async Task AgreeAsync(NpgsqlConnection connection, ClusterNodeOptions options, DateTimeOffset now)
    {
        await MembershipTable.RunAsync(connection, """
            INSERT INTO cluster_layout VALUES ($1, $2, $3)
            ON CONFLICT (cluster) DO UPDATE SET shards = $2, replicas = $3 WHERE NOT EXISTS (
                SELECT 1 FROM cluster_member WHERE cluster = $1 AND status IN ($4, $5) AND alive > $6)
            """, options.Cluster, options.Shards, options.Replicas, (long)SiloStatus.Joining, (long)SiloStatus.Active,
            (now - Silent).ToUnixTimeMilliseconds());
        await RequireAsync(connection, options);
    }

    /// <summary>Compares the layout: when a node enters the list, another may have set it since the node began.</summary>
    /// <exception cref="InvalidConfigurationException">It is another one.</exception>
    public static async Task RequireAsync(NpgsqlConnection connection, ClusterNodeOptions options)
    {
        await using var get = MembershipTable.Command(
            connection, "SELECT shards, replicas FROM cluster_layout WHERE cluster = $1 FOR SHARE", options.Cluster);
        await using var row = await get.ExecuteReaderAsync();
        if (!await row.ReadAsync()) return;
        var (shards, replicas) = (row.GetInt32(0), row.GetInt32(1));
        if (shards != options.Shards || replicas != options.Replicas)
            throw new InvalidConfigurationException($"the nodes of the cluster '{options.Cluster}' hold galleries in {shards} parts with " +
                $"{replicas} replicas each, this one is set to {options.Shards} and {options.Replicas}: all nodes have the same numbers, " +
                "and to change them all are stopped");
    }
}
