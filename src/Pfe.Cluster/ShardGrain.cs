using Pfe.Gallery.Search;

namespace Pfe.Cluster;

/// <summary>
/// Answers for a part of a gallery that its node holds. It is active at once and the part loads in the background: an activation that took
/// longer than Orleans' limit of 30 seconds would be given up and begun again for ever.
/// </summary>
[ShardPlacement]
[KeepAlive]
internal sealed class ShardGrain(ShardHost host, ShardDirector director, ILocalSiloDetails here) : Grain, IShardGrain
{
    private ShardKey _key;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = ShardKey.Parse(this.GetPrimaryKeyString());
        host.Count(_key.Part, 1);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        host.Count(_key.Part, -1);
        return Task.CompletedTask;
    }

    public async Task<ShardAnswer> SearchAsync(ShardQuestion question, CancellationToken cancellation)
    {
        if (host.Ready(_key.Part) is not { } shard)
        {
            var loading = host.LoadAsync(_key.Part);
            if (await Task.WhenAny(loading, Task.Delay(question.Patience, cancellation)) != loading) return NotReady(0);
            shard = await loading;
        }
        await shard.FollowAsync(question.MinimumVersion, cancellation);
        var version = shard.Version;
        if (version < question.MinimumVersion) return NotReady(version);
        var matches = await host.Passes(_key.Part).SearchAsync(shard, Probes(question), question.K, cancellation);
        return new()
        {
            IsReady = true, Version = version,
            Matches = [.. matches.Select(probe => probe.Select(one => new ShardMatch(one.PersonId, one.Score, one.Uncertainty)).ToArray())],
        };
    }

    public Task MoveAsync()
    {
        if (director.Choose(_key) is { } wanted && !wanted.Equals(here.SiloAddress)) this.MigrateOnIdle();
        return Task.CompletedTask;
    }

    public Task<bool> IsReadyAsync() => Task.FromResult(host.Ready(_key.Part) is not null);

    public IAsyncEnumerable<byte[]> SendFileAsync() => ShardFiles.SendAsync(host.Ready(_key.Part)?.Finished);

    private static ShardAnswer NotReady(long version) => new() { IsReady = false, Version = version, Matches = [] };

    private static FaceEmbedding[] Probes(ShardQuestion question)
    {
        var d = question.Mu.Length / question.Count;
        return [.. Enumerable.Range(0, question.Count)
            .Select(i => new FaceEmbedding(question.Mu.AsSpan(i * d, d), question.LogVariance.AsSpan(i * d, d)))];
    }
}
