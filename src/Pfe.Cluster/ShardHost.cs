using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Pfe.Gallery;
using Pfe.Gallery.Search;
using Pfe.Gallery.Storage;

namespace Pfe.Cluster;

/// <summary>
/// The parts of galleries that this node holds in memory, for whichever grains are active here, and the processors they share. Parts are
/// loaded two at a time: all at once they would all be slow, and none would be ready early.
/// </summary>
internal sealed class ShardHost(GalleryStore store, IReadOnlyList<GalleryModel> models, GalleryOptions options, ShardFiles files)
    : IDisposable
{
    private readonly ConcurrentDictionary<ShardPart, Lazy<Task<GalleryShard>>> _shards = new();
    private readonly ConcurrentDictionary<ShardPart, int> _grains = new();
    private readonly SemaphoreSlim _loads = new(2);

    // A part that cannot be loaded, as the disk is full, would otherwise be read from the database by every question.
    private static readonly TimeSpan FailedFor = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<ShardPart, (long At, ExceptionDispatchInfo Failure)> _failed = new();

    private readonly ConcurrentDictionary<ShardPart, ShardPasses> _passes = new();

    // A grain runs one turn at a time, but interleaves questions: without a limit of its own a burst would have them all at once.
    private readonly SemaphoreSlim _searches = new(Environment.ProcessorCount);

    /// <summary>The parts that are held or being loaded.</summary>
    public ICollection<ShardPart> Parts => _shards.Keys;

    /// <summary>A part that is ready to be searched; null while it loads.</summary>
    public GalleryShard? Ready(ShardPart part) =>
        _shards.TryGetValue(part, out var shard) && shard is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } loaded }
            ? loaded.Result : null;

    /// <summary>
    /// Loads a part, or waits for its loading. What failed, as the database was away, is begun anew by the first call a second later.
    /// </summary>
    public async Task<GalleryShard> LoadAsync(ShardPart part)
    {
        if (_failed.TryGetValue(part, out var failed) && options.Time.GetElapsedTime(failed.At) < FailedFor) failed.Failure.Throw();
        var loading = _shards.GetOrAdd(part, part => new(() => Task.Run(() => OpenAsync(part))));
        try
        {
            return await loading.Value;
        }
        catch (Exception e)
        {
            _failed[part] = (options.Time.GetTimestamp(), ExceptionDispatchInfo.Capture(e));
            _shards.TryRemove(KeyValuePair.Create(part, loading));
            throw;
        }
    }

    /// <summary>Whether this node has a gallery's model; others can only be searched by nodes that have theirs.</summary>
    public bool Knows(GalleryInfo gallery) => models.Any(model => model.Id == gallery.ModelId);

    /// <summary>Notes that a grain answers for a part here, or does so no longer.</summary>
    public void Count(ShardPart part, int change) => _grains.AddOrUpdate(part, change, (_, count) => count + change);

    /// <summary>Whether a grain answers for a part here.</summary>
    public bool IsUsed(ShardPart part) => _grains.GetValueOrDefault(part) > 0;

    /// <summary>Forgets a part, its file included.</summary>
    public async Task ForgetAsync(ShardPart part, CancellationToken cancellation)
    {
        if (Ready(part) is not { } shard || !_shards.TryRemove(part, out _)) return;
        _passes.TryRemove(part, out _);
        await shard.ForgetAsync(cancellation);
    }

    /// <summary>The searches of a part.</summary>
    public ShardPasses Passes(ShardPart part) => _passes.GetOrAdd(part, _ => new ShardPasses(_searches));

    public void Dispose()
    {
        _searches.Dispose();
        _loads.Dispose();
    }

    private async Task<GalleryShard> OpenAsync(ShardPart part)
    {
        await _loads.WaitAsync();
        try
        {
            var shard = new GalleryShard(store, part.Gallery, models, part.Shard, part.Shards, options,
                (cache, cancellation) => files.FetchAsync(part, cache, cancellation));
            await shard.FollowAsync(0, CancellationToken.None);
            return shard;
        }
        finally
        {
            _loads.Release();
        }
    }
}
