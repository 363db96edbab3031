using System.Buffers.Binary;
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

    /// <param name="store">The truth.</param>
    /// <param name="gallery">The gallery.</param>
    /// <param name="calibration">Of the gallery's model: it decides a person's anchors.</param>
    /// <param name="shard">0 to <paramref name="shards"/> - 1.</param>
    /// <param name="shards">How many parts the gallery has.</param>
    /// <param name="options">How it is held.</param>
    public GalleryShard(GalleryStore store, Guid gallery, ScoreCalibration calibration, int shard, int shards, GalleryOptions options)
    {
        (_store, _gallery, _options) = (store, gallery, options);
        var folder = Path.Combine(store.CacheFolder, $"shard-{shard}-of-{shards}");
        _index = new GalleryIndex(store, gallery, calibration, options, new ShardFilter(shard, shards), folder);
    }

    /// <summary>The version that it shows; 0 before the first search.</summary>
    public long Version => _index.Current?.Version ?? 0;

    /// <summary>Reads what is missing up to the newest version, or at least to one that is asked for.</summary>
    public async Task FollowAsync(long minimum, CancellationToken cancellation)
    {
        var now = _options.Time.GetTimestamp();
        if (Version >= minimum && _followed != 0 && _options.Time.GetElapsedTime(_followed, now) < _options.FollowWithin) return;
        var version = await _store.ReadAsync(
            session => session.NumberAsync($"SELECT version FROM gallery WHERE id = {_gallery}", cancellation), cancellation);
        await _index.CatchUpAsync(version, cancellation);
        Interlocked.Exchange(ref _followed, now);
    }

    /// <summary>The best persons of each probe in this part.</summary>
    public PersonScore[][] Search(IReadOnlyList<FaceEmbedding> probes, int k, CancellationToken cancellation)
    {
        using var set = EmbeddingSet.Of(probes, [.. probes.Select((_, i) => $"probe {i}")]);
        return _index.Current!.Search(set, k, _options.Threads, cancellation);
    }

    public void Dispose() => _index.Dispose();
}

/// <summary>Which persons fall to a part. The last bytes of an id are random, so all parts are about equally large.</summary>
/// <param name="Shard">0 to <see cref="Shards"/> - 1.</param>
/// <param name="Shards">How many parts there are.</param>
internal sealed record ShardFilter(int Shard, int Shards)
{
    public static ShardFilter All { get; } = new(0, 1);

    public bool Holds(Guid person)
    {
        Span<byte> bytes = stackalloc byte[16];
        person.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]) % Shards == Shard;
    }
}
