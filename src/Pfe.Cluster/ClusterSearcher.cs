using System.Diagnostics;
using Pfe.Gallery;

namespace Pfe.Cluster;

/// <summary>
/// Asks every shard of a gallery and puts the answers together. A replica that is slow is overtaken by another, one that failed or still
/// loads is replaced by another; a shard that nobody answered for lowers the coverage.
/// </summary>
internal sealed class ClusterSearcher(IGrainFactory grains, ClusterNodeOptions options) : IPersonSearcher
{
    // Sooner, the second question would cost more than the wait that it saves.
    private static readonly TimeSpan SoonestHedge = TimeSpan.FromMilliseconds(10);

    // Where all answers take long, because there is much to do, asking everybody twice would double it: patience follows the answers that
    // come, however many do not, up to a quarter of the time that one may take.
    private readonly AnswerTimes _times = new(TimeSpan.FromTicks(Math.Min(SoonestHedge.Ticks, options.HedgeAfter.Ticks)),
        options.HedgeAfter, TimeSpan.FromTicks(Math.Max(options.HedgeAfter.Ticks, options.ResponseTimeout.Ticks / 4)));
    private readonly ReplicaStandings _standings = new(options.Replicas, options.Shards);
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
        var asked = Enumerable.Range(0, options.Shards).Select(shard =>
            AskAsync(new(gallery, shard, options.Shards), first + shard, question, cancellation));
        var answers = (await Task.WhenAll(asked)).OfType<ShardAnswer>().ToArray();
        var matches = Enumerable.Range(0, probes.Count).Select(probe => (IReadOnlyList<FoundPerson>)[.. answers
            .SelectMany(answer => answer.Matches[probe]).OrderByDescending(match => match.Score).ThenBy(match => match.PersonId).Take(k)
            .Select(match => new FoundPerson(match.PersonId, match.Score, match.Uncertainty))]);
        return new([.. matches], answers.Length == 0 ? 0 : answers.Min(answer => answer.Version), (double)answers.Length / options.Shards);
    }

    private async Task<ShardAnswer?> AskAsync(ShardPart part, int first, ShardQuestion question, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < options.Attempts; attempt++)
        {
            // At first whoever still loads is passed over; when nobody was ready, a shard that will be in a moment is waited for.
            var patient = attempt == 0 ? question : question with { Patience = options.ResponseTimeout / 2 };
            using var asking = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var answer = await HedgeAsync(part, first + attempt, patient, asking.Token);
            // Whoever was overtaken need not go on: under load that work is what others wait for.
            await asking.CancelAsync();
            if (answer is not null) return answer;
            if (attempt + 1 < options.Attempts) await Task.Delay(options.HedgeAfter, cancellation);
        }
        return null;
    }

    /// <summary>
    /// Asks one replica after the other until one has answered or all have failed: the next one when one failed, or a little later where
    /// there is leave to ask two.
    /// </summary>
    private async Task<ShardAnswer?> HedgeAsync(ShardPart part, int first, ShardQuestion question, CancellationToken cancellation)
    {
        var replicas = _standings.Order(part, first);
        var pending = new List<(ShardKey Replica, Task<ShardAnswer?> Answer)>();
        for (var next = 0; next < replicas.Length || pending.Count > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            if (next < replicas.Length)
            {
                pending.Add((replicas[next], AskAsync(replicas[next], question, cancellation)));
                next++;
                if (next < replicas.Length && !await CameAsync(pending, _times.Patience, cancellation) && _standings.TryHedge()) continue;
            }
            if (await CameAsync(pending, options.ResponseTimeout + options.HedgeAfter, cancellation))
            {
                var answered = pending.Find(one => one.Answer.IsCompleted);
                pending.Remove(answered);
                if (await answered.Answer is not { } answer) continue;
                foreach (var (overtaken, _) in pending) _standings.WasSilent(overtaken);
                return answer;
            }
            if (next >= replicas.Length) return null;
        }
        return null;
    }

    private async Task<ShardAnswer?> AskAsync(ShardKey replica, ShardQuestion question, CancellationToken asking)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            var answer = await grains.GetGrain<IShardGrain>(replica.ToString()).SearchAsync(question, asking)
                .WaitAsync(options.ResponseTimeout, CancellationToken.None);
            if (answer.IsReady)
            {
                _times.Add(Stopwatch.GetElapsedTime(start));
                _standings.Answered(replica);
                return answer;
            }
        }
        // Whatever it is - a node that is gone, a shard that could not read the store - another replica may know better.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Nobody waits for this one any more; whether it was slow is for whoever stopped waiting to say.
            if (asking.IsCancellationRequested) return null;
        }
        _standings.WasSilent(replica);
        return null;
    }

    /// <summary>Waits until one of them is done, or for as long as patience lasts.</summary>
    /// <returns>Whether one is done.</returns>
    private static async Task<bool> CameAsync(
        List<(ShardKey Replica, Task<ShardAnswer?> Answer)> pending, TimeSpan patience, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny([.. pending.Select(one => one.Answer), Task.Delay(patience, stop.Token)]);
        await stop.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        return pending.Exists(one => one.Answer.IsCompleted);
    }
}
