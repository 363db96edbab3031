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

    /// <summary>
    /// How long a replica is waited for before another one is asked as well, until enough answers came; a tenth of a second by default.
    /// From then on it is the time within which 19 of 20 of the last answers came: a hundredth of a second at least, a quarter of
    /// <see cref="ResponseTimeout"/> at most. One question in ten at most is asked twice.
    /// </summary>
    public TimeSpan HedgeAfter { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a shard is asked before it counts as missing; 3 by default.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>How often a node looks which parts belong to it by now; 10 seconds by default.</summary>
    public TimeSpan RebalanceEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest time that something removed may stay in the index files of the nodes that are up, marked as removed; one minute by
    /// default. Each time the parts concerned are read from the database.
    /// </summary>
    public TimeSpan RemoveWithin { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Refuses what no cluster could work with.</summary>
    /// <exception cref="InvalidConfigurationException">A number is out of range.</exception>
    internal void Check()
    {
        if (Port is < 1 or > 65535) throw new InvalidConfigurationException($"a node's port is 1 to 65535, not {Port}");
        if (Shards is < 1 or > 4096) throw new InvalidConfigurationException($"a gallery has 1 to 4096 parts, not {Shards}");
        if (Replicas is < 1 or > 8) throw new InvalidConfigurationException($"a part has 1 to 8 replicas, not {Replicas}");
        if (Attempts < 1) throw new InvalidConfigurationException($"a shard is asked at least once, not {Attempts} times");
        if (string.IsNullOrWhiteSpace(Cluster)) throw new InvalidConfigurationException("a cluster has a name");
    }
}
