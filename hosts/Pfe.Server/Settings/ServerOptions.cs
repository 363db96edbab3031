using Pfe.Cluster;
using Pfe.Vision.Networks;

namespace Pfe.Server.Settings;

/// <summary>How a service is run.</summary>
internal sealed record ServerOptions
{
    /// <summary>The address it listens on unless told otherwise: this machine alone.</summary>
    public const string UsualAddress = "http://127.0.0.1:7333";

    /// <summary>Where galleries, keys and index files are kept.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The address it listens on.</summary>
    public string Listen { get; init; } = UsualAddress;

    /// <summary>The models, by path, name or address; the first is that of new galleries. None: the default model.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>The folder of the networks; null for the usual one.</summary>
    public string? ModelsFolder { get; init; }

    /// <summary>Where the networks run.</summary>
    public ComputeDevice Device { get; init; } = ComputeDevice.Cpu;

    /// <summary>Connection of a PostgreSQL server; null for the embedded store.</summary>
    public string? PostgreSql { get; init; }

    /// <summary>The cluster it joins; null for a service that searches alone.</summary>
    public ClusterNodeOptions? Cluster { get; init; }

    /// <summary>What a request may cost.</summary>
    public ServerLimits Limits { get; init; } = new();
}

/// <summary>What a request may cost, and how many there may be.</summary>
internal sealed record ServerLimits
{
    /// <summary>Bytes of a request with one photograph, or with JSON.</summary>
    public long Body { get; init; } = 10 << 20;

    /// <summary>Bytes of a request with several photographs.</summary>
    public long Enrolment { get; init; } = 64 << 20;

    /// <summary>Bytes of an import.</summary>
    public long Import { get; init; } = 4L << 30;

    /// <summary>Pixels of a photograph; looked at before it is decoded.</summary>
    public long Pixels { get; init; } = 20_000_000;

    /// <summary>Faces of a photograph.</summary>
    public int Faces { get; init; } = 20;

    /// <summary>Photographs of a request.</summary>
    public int Photos { get; init; } = 32;

    /// <summary>Requests with photographs that are worked on at once.</summary>
    public int Concurrency { get; init; } = 2 * Environment.ProcessorCount;

    /// <summary>Requests with photographs that wait; more are put off.</summary>
    public int Queue { get; init; } = 4 * Environment.ProcessorCount;

    /// <summary>Requests a second of one key, on average.</summary>
    public int RequestsPerSecond { get; init; } = 50;

    /// <summary>Requests of one key at once before the average counts.</summary>
    public int Burst { get; init; } = 200;

    /// <summary>How long a request may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Faces that one run of a network takes at most.</summary>
    public int Batch { get; init; } = 8;
}
