using System.Net;

namespace Pfe.Cluster;

/// <summary>How a node takes part in a cluster. All nodes of one cluster have the same connection, shards and replicas.</summary>
public sealed record ClusterNodeOptions
{
    /// <summary>The connection string of the PostgreSQL database that holds the galleries and the list of members.</summary>
    public required string Connection { get; init; }

    /// <summary>Where this node keeps its index files.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>The address under which the other nodes reach this one; loopback by default.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port for the other nodes.</summary>
    public int Port { get; init; } = 11111;

    /// <summary>The cluster's name: nodes of other names do not see each other.</summary>
    public string Cluster { get; init; } = "pfe";

    /// <summary>How many parts a gallery has; 12 by default. To change it, all nodes are stopped.</summary>
    public int Shards { get; init; } = 12;

    /// <summary>How many nodes hold each part; 2 by default.</summary>
    public int Replicas { get; init; } = 2;

    /// <summary>How long a question to one replica may take; 2 seconds by default.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a replica is waited for before another one is asked as well; a tenth of a second by default.</summary>
    public TimeSpan HedgeAfter { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a shard is asked before it counts as missing; 3 by default.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>How often shards look whether they belong to another node by now; 10 seconds by default.</summary>
    public TimeSpan RebalanceEvery { get; init; } = TimeSpan.FromSeconds(10);
}
