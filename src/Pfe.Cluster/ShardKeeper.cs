using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Pfe.Gallery;
using Pfe.Gallery.Storage;

namespace Pfe.Cluster;

/// <summary>
/// Keeps this node's share of the galleries: loads what belongs here and only then asks for it, so that nothing is missing while it moves;
/// follows the change log; writes files anew; forgets what belongs elsewhere by now.
/// </summary>
internal sealed partial class ShardKeeper(
    ShardHost host, ShardDirector director, IGrainFactory grains, ILocalSiloDetails here, GalleryStore store, GalleryOptions galleries,
    ClusterNodeOptions options, ILogger<ShardKeeper> logger) : BackgroundService
{
    /// <summary>The parts that belong here.</summary>
    public IReadOnlyCollection<ShardPart> Share { get; private set; } = [];

    /// <summary>Whether all that belonged here was loaded once since the start.</summary>
    public bool HasJoined { get; private set; }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync(FollowAsync, stoppingToken),
        RepeatAsync(async cancellation =>
        {
            await KeepAsync(cancellation);
            await Task.Delay(options.RebalanceEvery, cancellation);
        }, stoppingToken));

    private async Task RepeatAsync(Func<CancellationToken, Task> round, CancellationToken stopping)
    {
        for (var failing = false; !stopping.IsCancellationRequested;)
        {
            try
            {
                await round(stopping);
                failing = false;
            }
            // A store that is away, a node that just died: the next round tries again, and questions say meanwhile what is missing.
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                if (!failing && !stopping.IsCancellationRequested) RoundFailed(e);
                failing = true;
                await Task.Delay(options.HedgeAfter, CancellationToken.None);
            }
        }
    }

    /// <summary>A notification wakes it, or half the time that a search may be behind; the gallery's version decides.</summary>
    private async Task FollowAsync(CancellationToken cancellation)
    {
        await store.WaitForChangeAsync(galleries.FollowWithin / 2, galleries.Time, cancellation);
        var now = galleries.Time.GetTimestamp();
        var versions = (await ListAsync(cancellation)).ToDictionary(gallery => gallery.Id, gallery => gallery.Version);
        await Parallel.ForEachAsync(host.Parts, cancellation, async (part, token) =>
        {
            if (host.Ready(part) is { } shard && versions.TryGetValue(part.Gallery, out var version))
                await shard.ReachAsync(version, now, token);
        });
    }

    private async Task KeepAsync(CancellationToken cancellation)
    {
        var known = (await ListAsync(cancellation)).Where(host.Knows).ToArray();
        var share = known.SelectMany(gallery => director.Share(gallery.Id, here.SiloAddress)).ToArray();
        Share = share.Select(key => key.Part).ToHashSet();
        var loaded = await Task.WhenAll(Share.Select(part => TryAsync(part, () => host.LoadAsync(part), CouldNotLoad)));
        HasJoined |= Array.TrueForAll(loaded, done => done);
        await Task.WhenAll(share.Where(key => host.Ready(key.Part) is not null).Select(key => Grain(key).MoveAsync()));
        foreach (var part in host.Parts)
        {
            if (!Share.Contains(part) && !host.IsUsed(part)) await host.ForgetAsync(part, cancellation);
            else if (host.Ready(part) is { IsDue: true } shard)
                await TryAsync(part, () => shard.CompactAsync(cancellation), CouldNotRewrite);
        }
        await Task.WhenAll(known.SelectMany(gallery => director.All(gallery.Id)).Select(key => Grain(key).IsReadyAsync()));
    }

    /// <summary>Does something for one part; what fails, as the disk is full, must not keep the others from their turn.</summary>
    private static async Task<bool> TryAsync(ShardPart part, Func<Task> work, Action<int, Guid, Exception> failed)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
        {
            failed(part.Shard, part.Gallery, e);
            return false;
        }
    }

    private IShardGrain Grain(ShardKey key) => grains.GetGrain<IShardGrain>(key.ToString());

    private async Task<IReadOnlyList<GalleryInfo>> ListAsync(CancellationToken cancellation)
    {
        await using var catalog = new GalleryCatalog(store);
        var all = new List<GalleryInfo>();
        for (var page = await catalog.ListAsync(limit: 1000, cancellation: cancellation); ;
            page = await catalog.ListAsync(page.Next, 1000, cancellation))
        {
            all.AddRange(page.Items);
            if (page.Next is null) return all;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "part {Part} of the gallery {Gallery} could not be loaded; it is tried again")]
    private partial void CouldNotLoad(int part, Guid gallery, Exception why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the file of part {Part} of the gallery {Gallery} could not be written anew: " +
        "what was removed stays in it, marked; it is tried again")]
    private partial void CouldNotRewrite(int part, Guid gallery, Exception why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the galleries could not be looked after; it is tried again")]
    private partial void RoundFailed(Exception why);
}
