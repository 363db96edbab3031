using Pfe.Gallery;
using Pfe.Gallery.Search;

namespace Pfe.Cluster;

/// <summary>
/// A shard in memory. It is active at once and loads in the background: an activation that took longer than Orleans' limit of 30 seconds
/// would be given up and begun again for ever.
/// </summary>
[ShardPlacement]
[KeepAlive]
internal sealed class ShardGrain(ShardHost host, ShardDirector director, ILocalSiloDetails here) : Grain, IShardGrain
{
    private ShardKey _key;
    private GalleryShard? _shard;
    private Task _loading = Task.CompletedTask;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = ShardKey.Parse(this.GetPrimaryKeyString());
        _loading = Task.Run(LoadAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _shard?.Dispose();
        return Task.CompletedTask;
    }

    public async Task<ShardAnswer> SearchAsync(ShardQuestion question)
    {
        // What failed to load (a database that was away) is tried again by the next question.
        if (_loading.IsFaulted) _loading = Task.Run(LoadAsync, CancellationToken.None);
        if (!_loading.IsCompletedSuccessfully || _shard is not { } shard) return new() { IsReady = false, Version = 0, Matches = [] };
        return await host.SearchAsync(async () =>
        {
            await shard.FollowAsync(question.MinimumVersion, CancellationToken.None);
            var version = shard.Version;
            if (version < question.MinimumVersion) return new ShardAnswer { IsReady = false, Version = version, Matches = [] };
            var matches = shard.Search(Probes(question), question.K, CancellationToken.None);
            return new()
            {
                IsReady = true, Version = version,
                Matches = [.. matches.Select(probe => probe.Select(one => new ShardMatch(one.PersonId, one.Score,
                    one.Uncertainty)).ToArray())],
            };
        });
    }

    public Task RebalanceAsync()
    {
        if (director.Choose(_key) is { } wanted && !wanted.Equals(here.SiloAddress)) this.MigrateOnIdle();
        return Task.CompletedTask;
    }

    private async Task LoadAsync()
    {
        var shard = await host.OpenAsync(_key);
        await shard.FollowAsync(0, CancellationToken.None);
        _shard = shard;
    }

    private static FaceEmbedding[] Probes(ShardQuestion question)
    {
        var d = question.Mu.Length / question.Count;
        return [.. Enumerable.Range(0, question.Count)
            .Select(i => new FaceEmbedding(question.Mu.AsSpan(i * d, d), question.LogVariance.AsSpan(i * d, d)))];
    }
}
