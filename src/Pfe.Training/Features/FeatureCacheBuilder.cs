using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Pfe.Storage;
using Pfe.Vision;

namespace Pfe.Training.Features;

/// <summary>Computes what the base says about one image in all its variants. Called from several threads at once.</summary>
internal interface IFeatureSource
{
    int Variants { get; }

    int Dimension { get; }

    /// <summary>0 where the head reads the embedding.</summary>
    int FeatureSize { get; }

    /// <summary>Images so far that needed no pass of the network.</summary>
    long Reused => 0;

    /// <summary>Fills variants x dimension and variants x feature size values.</summary>
    /// <exception cref="PfeException">The image cannot be used; it is counted and left out.</exception>
    void Compute(int image, Memory<float> embeddings, Memory<float> features);
}

/// <summary>How far the computation of a feature cache is.</summary>
/// <param name="Done">Images done.</param>
/// <param name="Total">All images.</param>
/// <param name="Passes">Base-network passes of this run so far.</param>
/// <param name="PerSecond">Passes a second in this run.</param>
/// <param name="Left">Estimated time left.</param>
public sealed record CacheProgress(int Done, int Total, long Passes, double PerSecond, TimeSpan Left);

/// <summary>
/// Fills a cache chunk by chunk: images in parallel into memory, then appended, then the index moves on. An interrupted computation
/// loses at most a chunk; memory stays at two chunks whatever the size of the data.
/// </summary>
internal static class FeatureCacheBuilder
{
    private const int ChunkImages = CacheChecksums.ChunkImages;

    /// <summary>Completes a cache of its own for a content: what earlier runs computed of the same is copied, the rest computed.</summary>
    /// <param name="caches">The folder of all caches.</param>
    /// <param name="content">What it is of.</param>
    /// <param name="source">The base network.</param>
    /// <param name="progress">Told after each chunk.</param>
    /// <param name="say">Told what was found.</param>
    /// <param name="cancellation">Stops after the images in work; what is done stays.</param>
    /// <returns>The cache's folder.</returns>
    public static string Complete(string caches, CacheContent content, IFeatureSource source, IProgress<CacheProgress>? progress,
        Action<string> say, CancellationToken cancellation)
    {
        var folder = Path.Combine(caches, content.Hash);
        if (FeatureCache.ReadIndex(folder) is { } index && index.Done == index.Images) return folder;
        using var earlier = EarlierFeatures.Find(caches, content);
        if (earlier.Count > 0) say($"features of {earlier.Count} of {content.Images.Count} images are there from earlier runs");
        content.Write(folder);
        Complete(folder, content.Images.Count, new ReusedFeatures(source, earlier), progress, cancellation);
        return folder;
    }

    /// <summary>Completes the cache in <paramref name="folder"/>.</summary>
    /// <param name="folder">Named by the hash of all that determines the content, so that what is found there belongs to it.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="source">The base network.</param>
    /// <param name="progress">Told after each chunk.</param>
    /// <param name="cancellation">Stops after the images in work; what is done stays.</param>
    public static void Complete(
        string folder, int images, IFeatureSource source, IProgress<CacheProgress>? progress, CancellationToken cancellation)
    {
        var index = FeatureCache.ReadIndex(folder)
            ?? new CacheIndex(images, source.Variants, source.Dimension, source.FeatureSize, 0, [], HasChecksums: true);
        if (index.Done == images) return;
        var (embeddingBytes, featureBytes) =
            ((long)source.Variants * source.Dimension * sizeof(float), (long)source.Variants * source.FeatureSize * sizeof(ushort));
        CheckSpace(folder, (images - index.Done) * (embeddingBytes + featureBytes));
        try
        {
            Directory.CreateDirectory(folder);
            using var embeddings = OpenAt(Path.Combine(folder, FeatureCache.EmbeddingFile), index.Done * embeddingBytes);
            using var features = source.FeatureSize > 0
                ? OpenAt(Path.Combine(folder, FeatureCache.FeatureFile), index.Done * featureBytes) : null;
            using var checksums = index.HasChecksums
                ? OpenAt(Path.Combine(folder, CacheChecksums.FileName), index.Done / ChunkImages * CacheChecksums.EntryBytes) : null;
            Fill(folder, index, source, new(embeddings, features, checksums), progress, cancellation);
        }
        catch (AggregateException e) when (e.InnerException is PfeException first)
        {
            // Several workers fail alike; one line is enough.
            ExceptionDispatchInfo.Throw(first);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PfeException($"cannot write the feature cache '{folder}': {e.Message}. What is done is kept and the next run goes " +
                "on from there; cache_dir names another place", e);
        }
    }

    private static void Fill(string folder, CacheIndex index, IFeatureSource source, CacheFiles files, IProgress<CacheProgress>? progress,
        CancellationToken cancellation)
    {
        var (perEmbedding, perFeature) = (source.Variants * source.Dimension, source.Variants * source.FeatureSize);
        var embeddingChunk = AlignedMemory.Of(ChunkImages * perEmbedding);
        var featureChunk = new Half[ChunkImages * perFeature];
        var (start, clock) = (index.Done, Stopwatch.StartNew());
        while (index.Done < index.Images)
        {
            var (first, count) = (index.Done, Math.Min(ChunkImages, index.Images - index.Done));
            var failures = new ConcurrentBag<UnreadableImage>();
            Parallel.For(0, count, new ParallelOptions
            {
                CancellationToken = cancellation,
                MaxDegreeOfParallelism = Environment.ProcessorCount
            },
                () => AlignedMemory.Of(perFeature),
                (i, _, scratch) =>
                {
                    var embedding = embeddingChunk.Slice(i * perEmbedding, perEmbedding);
                    try { source.Compute(first + i, embedding, scratch); }
                    catch (PfeException e) when (e is not InvalidConfigurationException)
                    {
                        failures.Add(new UnreadableImage(first + i, e.Message));
                        embedding.Span.Clear();
                        scratch.Span.Clear();
                    }
                    TensorPrimitives.ConvertToHalf(scratch.Span, featureChunk.AsSpan(i * perFeature, perFeature));
                    return scratch;
                },
                _ => { });
            cancellation.ThrowIfCancellationRequested();
            files.Append(MemoryMarshal.AsBytes(embeddingChunk.Span[..(count * perEmbedding)]),
                MemoryMarshal.AsBytes(featureChunk.AsSpan(0, count * perFeature)));
            index = index with { Done = first + count, Unreadable = [.. index.Unreadable, .. failures.OrderBy(failure => failure.Image)] };
            FeatureCache.WriteIndex(folder, index);
            var perSecond = (index.Done - start) / clock.Elapsed.TotalSeconds;
            var passes = (index.Done - start - source.Reused) * source.Variants;
            progress?.Report(new CacheProgress(
                index.Done, index.Images, passes, passes / clock.Elapsed.TotalSeconds,
                TimeSpan.FromSeconds((index.Images - index.Done) / perSecond)));
        }
    }

    private sealed record CacheFiles(FileStream Embeddings, FileStream? Features, FileStream? Checksums)
    {
        public void Append(ReadOnlySpan<byte> embeddings, ReadOnlySpan<byte> features)
        {
            Embeddings.Write(embeddings);
            Features?.Write(features);
            Checksums?.Write(CacheChecksums.Entry(embeddings, features));
            // On the disk before the index says so.
            foreach (var file in new[] { Embeddings, Features, Checksums }) file?.Flush(flushToDisk: true);
        }
    }

    // What lies behind the last complete chunk is from an interrupted write. Nobody else writes meanwhile.
    private static FileStream OpenAt(string path, long length)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        if (file.Length < length)
        {
            file.Dispose();
            throw new PfeException($"feature cache file '{path}' is shorter than its index says; remove its folder to compute it again");
        }
        file.SetLength(length);
        file.Position = length;
        return file;
    }

    private static void CheckSpace(string folder, long needed)
    {
        var existing = new DirectoryInfo(Path.GetFullPath(folder));
        while (!existing.Exists && existing.Parent is { } parent) existing = parent;
        var free = new DriveInfo(existing.FullName).AvailableFreeSpace;
        if (free < needed)
            throw new PfeException($"the feature cache needs {Size(needed)} in '{folder}', {Size(free)} are free: make room, " +
                "or name another place with cache_dir");
    }

    private static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
        >= 1_000_000 => $"{bytes / 1_000_000} MB",
        _ => $"{(bytes + 999) / 1000} kB",
    };
}
