namespace Pfe.Training.Features;

/// <summary>The images of a cache that is to be made whose features lie in caches that were made before.</summary>
internal sealed class EarlierFeatures : IDisposable
{
    // The newest have most of the images.
    private const int MostCaches = 4;

    private readonly List<FeatureCache> _caches = [];
    private readonly Dictionary<int, (FeatureCache Cache, int Row)> _places = [];

    private EarlierFeatures() { }

    /// <summary>Images that were found.</summary>
    public int Count => _places.Count;

    /// <summary>Looks through the caches in a folder. One that cannot be read is passed over.</summary>
    public static EarlierFeatures Find(string caches, CacheContent content)
    {
        var found = new EarlierFeatures();
        if (!Directory.Exists(caches)) return found;
        var wanted = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (image, line) in content.Images.Index()) wanted.TryAdd(line, image);
        foreach (var folder in new DirectoryInfo(caches).GetDirectories().OrderByDescending(folder => folder.LastWriteTimeUtc))
        {
            if (folder.Name == content.Hash || content.Read(folder.FullName) is not { } lines) continue;
            found.Add(folder.FullName, lines, wanted);
            if (found._caches.Count == MostCaches) break;
        }
        return found;
    }

    /// <summary>Copies an image's features; false where they are not there, or damaged.</summary>
    public bool TryCopy(int image, Span<float> embeddings, Span<float> features)
    {
        if (!_places.TryGetValue(image, out var place)) return false;
        var (cache, index) = (place.Cache, place.Cache.Index);
        if (embeddings.Length != index.Variants * index.Dimension || features.Length != index.Variants * index.FeatureSize) return false;
        try
        {
            for (var variant = 0; variant < index.Variants; variant++)
            {
                cache.CopyEmbedding(place.Row, variant, embeddings.Slice(variant * index.Dimension, index.Dimension));
                if (index.FeatureSize == 0) continue;
                // 16 bits become 32 and 16 again: the same bits.
                cache.CopyInput(place.Row, variant, features.Slice(variant * index.FeatureSize, index.FeatureSize));
            }
            return true;
        }
        catch (DamagedFileException) { return false; }
    }

    public void Dispose() => _caches.ForEach(cache => cache.Dispose());

    private void Add(string folder, string[] lines, Dictionary<string, int> wanted)
    {
        FeatureCache cache;
        try { cache = FeatureCache.Open(folder, partial: true); }
        catch (Exception e) when (e is PfeException or IOException or UnauthorizedAccessException) { return; }
        _caches.Add(cache);
        var unreadable = cache.Index.Unreadable.Select(bad => bad.Image).ToHashSet();
        for (var row = 0; row < Math.Min(lines.Length, cache.Index.Images); row++)
            if (!unreadable.Contains(row) && wanted.TryGetValue(lines[row], out var image)) _places.TryAdd(image, (cache, row));
    }
}

/// <summary>Features that are copied from earlier caches where they lie there, and computed where they do not.</summary>
internal sealed class ReusedFeatures(IFeatureSource source, EarlierFeatures earlier) : IFeatureSource
{
    private long _reused;

    public int Variants => source.Variants;

    public int Dimension => source.Dimension;

    public int FeatureSize => source.FeatureSize;

    public long Reused => Interlocked.Read(ref _reused);

    public void Compute(int image, Memory<float> embeddings, Memory<float> features)
    {
        if (earlier.TryCopy(image, embeddings.Span, features.Span)) Interlocked.Increment(ref _reused);
        else source.Compute(image, embeddings, features);
    }
}
