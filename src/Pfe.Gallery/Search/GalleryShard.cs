using Pfe.Calibration;
using Pfe.Gallery.Decisions;
using Pfe.Gallery.Storage;

namespace Pfe.Gallery.Search;

/// <summary>
/// One part of a gallery on one node of a cluster: the persons whose id falls to it, never a part of a person. It reads them from the
/// store, keeps its own index file and follows the changes; nothing is ever written through it.
/// </summary>
internal sealed class GalleryShard : IDisposable
{
    private readonly GalleryStore _store;
    private readonly Guid _gallery;
    private readonly GalleryOptions _options;
    private readonly GalleryIndex _index;
    private long _followed;
    private long _compacted;

    /// <param name="store">The truth.</param>
    /// <param name="gallery">The gallery.</param>
    /// <param name="models">What this node knows; the gallery's model decides a person's anchors.</param>
    /// <param name="shard">0 to <paramref name="shards"/> - 1.</param>
    /// <param name="shards">How many parts the gallery has.</param>
    /// <param name="options">How it is held.</param>
    /// <param name="others">Where a finished file may come from when there is none here; null for the store alone.</param>
    public GalleryShard(GalleryStore store, Guid gallery, IReadOnlyList<GalleryModel> models, int shard, int shards, GalleryOptions options,
        IndexFileSource? others = null)
    {
        (_store, _gallery, _options) = (store, gallery, options);
        var folder = Path.Combine(store.CacheFolder, $"shard-{shard}-of-{shards}");
        _index = new GalleryIndex(store, gallery, info => CalibrationOf(info, models), options, new ShardFilter(shard, shards), folder,
            others);
    }

    /// <summary>The part's index file and what it was made of, to be sent to another node; null where there is none.</summary>
    public (string Path, IndexManifest Manifest)? Finished => _index.Finished;

    /// <summary>The version that it shows; 0 before the first search.</summary>
    public long Version => _index.Current?.Version ?? 0;

    /// <summary>
    /// Reads what is missing up to the newest version, where nobody has looked for long or a version is asked for that is not reached.
    /// </summary>
    public async Task FollowAsync(long minimum, CancellationToken cancellation)
    {
        var now = _options.Time.GetTimestamp();
        if (Version >= minimum && _followed != 0 && _options.Time.GetElapsedTime(_followed, now) < _options.FollowWithin) return;
        var version = await _store.ReadAsync(
            session => session.NumberAsync($"SELECT version FROM gallery WHERE id = {_gallery}", cancellation), cancellation)
                .ConfigureAwait(false);
        await ReachAsync(version, now, cancellation).ConfigureAwait(false);
    }

    /// <summary>Reads what is missing up to a version that the store had at a time.</summary>
    public async Task ReachAsync(long version, long timestamp, CancellationToken cancellation)
    {
        await _index.CatchUpAsync(version, cancellation).ConfigureAwait(false);
        Interlocked.Exchange(ref _followed, timestamp);
    }

    /// <summary>
    /// Whether the index file is due to be written anew: much has changed, something removed would soon be in it for too long, or the
    /// changes behind it will be forgotten before long.
    /// </summary>
    public bool IsDue => _index.HasGrown
        || _index.HoldsRemoved && _options.Time.GetElapsedTime(_compacted) >= _options.RemoveWithin / 2
        || _index.IsBehind && _options.Time.GetElapsedTime(_compacted) >= _options.KeepChanges / 2;

    /// <summary>Writes the index file anew. Searches go on meanwhile.</summary>
    public async Task CompactAsync(CancellationToken cancellation)
    {
        await _index.FoldAsync(cancellation).ConfigureAwait(false);
        _compacted = _options.Time.GetTimestamp();
    }

    /// <summary>Forgets the part, on the disk too: nobody follows its removals here any more.</summary>
    public Task ForgetAsync(CancellationToken cancellation) => _index.ForgetAsync(cancellation);

    /// <summary>The best persons of each probe in this part.</summary>
    public PersonScore[][] Search(IReadOnlyList<FaceEmbedding> probes, int k, CancellationToken cancellation)
    {
        using var set = EmbeddingSet.Of(probes, [.. probes.Select((_, i) => $"probe {i}")]);
        return _index.Search(_index.Current!, set, k, _options.Threads, cancellation).Matches;
    }

    public void Dispose() => _index.Dispose();

    private static ScoreCalibration CalibrationOf(GalleryInfo info, IReadOnlyList<GalleryModel> models) =>
        models.FirstOrDefault(model => model.Id == info.ModelId)?.Calibration ?? throw new GalleryException(GalleryError.ModelMismatch,
            $"the gallery holds embeddings of the model '{info.ModelName}', which this node does not have");
}
