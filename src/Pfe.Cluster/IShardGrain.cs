using Orleans.Concurrency;

namespace Pfe.Cluster;

/// <summary>What a shard is asked: probes as little-endian single precision, one behind the other.</summary>
[GenerateSerializer, Alias("Pfe.ShardQuestion")]
internal sealed record ShardQuestion
{
    /// <summary>How many probes.</summary>
    [Id(0)] public required int Count { get; init; }

    /// <summary>Count x D means.</summary>
    [Id(1)] public required float[] Mu { get; init; }

    /// <summary>Count x D natural logarithms of sigma^2.</summary>
    [Id(2)] public required float[] LogVariance { get; init; }

    /// <summary>How many persons a probe.</summary>
    [Id(3)] public required int K { get; init; }

    /// <summary>The version that the answer must show at least.</summary>
    [Id(4)] public required long MinimumVersion { get; init; }
}

/// <summary>What a shard answers.</summary>
[GenerateSerializer, Alias("Pfe.ShardAnswer")]
internal sealed record ShardAnswer
{
    /// <summary>Whether it could be asked; false while it loads, and then another replica should be.</summary>
    [Id(0)] public required bool IsReady { get; init; }

    /// <summary>The gallery's version that it shows.</summary>
    [Id(1)] public required long Version { get; init; }

    /// <summary>For each probe the best persons, best first.</summary>
    [Id(2)] public required ShardMatch[][] Matches { get; init; }
}

/// <summary>A person a shard found.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="Score">The mutual likelihood score with the nearest anchor.</param>
/// <param name="Uncertainty">Mean ln sigma^2 of that anchor.</param>
[GenerateSerializer, Alias("Pfe.ShardMatch")]
internal readonly record struct ShardMatch([property: Id(0)] Guid PersonId, [property: Id(1)] float Score,
    [property: Id(2)] double Uncertainty);

/// <summary>
/// One replica of one part of a gallery; its key is <c>gallery/shard/shards/replica</c>. It only reads: a second activation of one key,
/// which Orleans allows for a moment while members come and go, answers the same.
/// </summary>
[Alias("Pfe.IShardGrain")]
internal interface IShardGrain : IGrainWithStringKey
{
    /// <summary>Searches the part. Interleaved: the grain itself limits how many searches run at once.</summary>
    /// <param name="question">The probes.</param>
    [AlwaysInterleave, Alias("Search")]
    Task<ShardAnswer> SearchAsync(ShardQuestion question);

    /// <summary>Goes to the node that the placement would choose now, if that is another one.</summary>
    [AlwaysInterleave, Alias("Rebalance")]
    Task RebalanceAsync();
}

/// <summary>A shard grain's key.</summary>
/// <param name="Gallery">The gallery.</param>
/// <param name="Shard">0 to <paramref name="Shards"/> - 1.</param>
/// <param name="Shards">How many parts the gallery has.</param>
/// <param name="Replica">0, 1, ...</param>
internal readonly record struct ShardKey(Guid Gallery, int Shard, int Shards, int Replica)
{
    public override string ToString() => $"{Gallery:N}/{Shard}/{Shards}/{Replica}";

    public static ShardKey Parse(string key) => key.Split('/') is [var gallery, var shard, var shards, var replica]
        ? new(Guid.ParseExact(gallery, "N"), int.Parse(shard), int.Parse(shards), int.Parse(replica))
        : throw new FormatException($"'{key}' is no key of a shard");
}
