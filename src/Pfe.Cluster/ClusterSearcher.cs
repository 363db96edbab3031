using Pfe.Gallery;

namespace Pfe.Cluster;

/// <summary>
/// Asks every shard of a gallery and puts the answers together. A replica that is slow is overtaken by another, one that failed or still
/// loads is replaced by another; a shard that nobody answered for lowers the coverage.
/// </summary>
internal sealed class ClusterSearcher(IGrainFactory grains, ClusterNodeOptions options) : IPersonSearcher
{
    private int _turn;

    public async Task<PersonSearchResult> SearchAsync(
        Guid gallery, IReadOnlyList<FaceEmbedding> probes, int k, long minimumVersion, CancellationToken cancellation = default)
    {
        var question = new ShardQuestion
        {
            Count = probes.Count, Mu = [.. probes.SelectMany(probe => probe.Mu.ToArray())],
            LogVariance = [.. probes.SelectMany(probe => probe.LogVariance.ToArray())], K = k, MinimumVersion = minimumVersion,
        };
        var first = Interlocked.Increment(ref _turn) & int.MaxValue;
        var asked = Enumerable.Range(0, options.Shards).Select(shard => AskAsync(gallery, shard, first + shard, question, cancellation));
        var answers = (await Task.WhenAll(asked)).OfType<ShardAnswer>().ToArray();
        var matches = Enumerable.Range(0, probes.Count).Select(probe => (IReadOnlyList<FoundPerson>)[.. answers
            .SelectMany(answer => answer.Matches[probe]).OrderByDescending(match => match.Score).ThenBy(match => match.PersonId).Take(k)
            .Select(match => new FoundPerson(match.PersonId, match.Score, match.Uncertainty))]);
        return new([.. matches], answers.Length == 0 ? 0 : answers.Min(answer => answer.Version), (double)answers.Length / options.Shards);
    }

    private async Task<ShardAnswer?> AskAsync(Guid gallery, int shard, int first, ShardQuestion question, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < options.Attempts; attempt++)
        {
            if (await HedgeAsync(gallery, shard, first + attempt, question, cancellation) is { } answer) return answer;
            // Nobody was ready: a shard that has just begun to load needs a moment.
            if (attempt + 1 < options.Attempts) await Task.Delay(options.HedgeAfter, cancellation);
        }
        return null;
    }

    /// <summary>
    /// Asks one replica after the other, each a little later than the one before, until one has answered or all have failed.
    /// </summary>
    private async Task<ShardAnswer?> HedgeAsync(Guid gallery, int shard, int first, ShardQuestion question, CancellationToken cancellation)
    {
        var pending = new List<Task<ShardAnswer?>>();
        for (var next = 0; next < options.Replicas || pending.Count > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            if (next < options.Replicas)
            {
                pending.Add(AskAsync(new ShardKey(gallery, shard, options.Shards, (first + next) % options.Replicas), question));
                next++;
            }
            var patience = next < options.Replicas ? options.HedgeAfter : options.ResponseTimeout + options.HedgeAfter;
            var answered = await Task.WhenAny([.. pending, Never(patience, cancellation)]);
            if (!pending.Remove(answered))
            {
                if (next >= options.Replicas) return null;
                continue;
            }
            if (await answered is { } answer) return answer;
        }
        return null;
    }

    private async Task<ShardAnswer?> AskAsync(ShardKey key, ShardQuestion question)
    {
        try
        {
            var answer = await grains.GetGrain<IShardGrain>(key.ToString()).SearchAsync(question).WaitAsync(options.ResponseTimeout);
            return answer.IsReady ? answer : null;
        }
        // Whatever it is - a node that is gone, a shard that could not read the store - another replica may know better.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task<ShardAnswer?> Never(TimeSpan after, CancellationToken cancellation)
    {
        await Task.Delay(after, cancellation);
        return null;
    }
}
