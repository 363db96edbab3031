using Pfe.Calibration;
using Pfe.Gallery;
using Pfe.Gallery.Search;
using Pfe.Gallery.Storage;

namespace Pfe.Cluster;

/// <summary>What the shards of one node share: the store, the model's calibration, and the processors.</summary>
internal sealed class ShardHost(GalleryStore store, ScoreCalibration calibration, GalleryOptions options) : IDisposable
{
    // A grain runs one turn at a time, but interleaves questions: without a limit of its own a burst would have them all at once.
    private readonly SemaphoreSlim _searches = new(Environment.ProcessorCount);

    public Task<GalleryShard> OpenAsync(ShardKey key) =>
        Task.FromResult(new GalleryShard(store, key.Gallery, calibration, key.Shard, key.Shards, options));

    /// <summary>Runs a search on the thread pool, outside the grain's turn.</summary>
    public async Task<T> SearchAsync<T>(Func<Task<T>> search)
    {
        await _searches.WaitAsync();
        try
        {
            return await Task.Run(search);
        }
        finally
        {
            _searches.Release();
        }
    }

    public void Dispose() => _searches.Dispose();
}
