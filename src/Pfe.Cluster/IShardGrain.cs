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

    /// <summary>How long to wait for a part that is being loaded.</summary>
    [Id(5)] public TimeSpan Patience { get; init; }
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
    /// <param name="cancellation">The asker has an answer already, or waits no longer.</param>
    [AlwaysInterleave, Alias("Search")]
    Task<ShardAnswer> SearchAsync(ShardQuestion question, CancellationToken cancellation);

    /// <summary>
    /// Goes to the node that the placement would choose now, if that is another one: asked by that node once it holds the part.
    /// </summary>
    [AlwaysInterleave, Alias("Move")]
    Task MoveAsync();

    /// <summary>
    /// Whether the part is loaded here. Nodes ask all of them now and then: who knows where a shard is need not ask a third node for it,
    /// which may be out of reach.
    /// </summary>
    [AlwaysInterleave, Alias("IsReady")]
    Task<bool> IsReadyAsync();

    /// <summary>
    /// The part's finished index file, for a node that has none: first what it was made of (UTF-8 JSON), then its bytes in order. Nothing
    /// where the part is not loaded here, or has no file.
    /// </summary>
    [AlwaysInterleave, Alias("SendFile")]
    IAsyncEnumerable<byte[]> SendFileAsync();
}
