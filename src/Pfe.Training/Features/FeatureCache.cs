using System.Numerics.Tensors;
using System.Text.Json;
using Pfe.Storage;
using Pfe.Training.Configuration;

namespace Pfe.Training.Features;

/// <summary>An image that could not be read.</summary>
/// <param name="Image">Its index.</param>
/// <param name="Reason">One line.</param>
internal sealed record UnreadableImage(int Image, string Reason);

/// <summary>What a cache holds, as its <c>cache.json</c> says.</summary>
/// <param name="Images">Number of images.</param>
/// <param name="Variants">Rows an image: clean, mirrored, damaged copies.</param>
/// <param name="Dimension">D, the length of an embedding.</param>
/// <param name="FeatureSize">Values of the head's input; 0 where the head reads the embedding.</param>
/// <param name="Done">Images whose rows are complete; a computation that was interrupted goes on from here.</param>
/// <param name="Unreadable">Images that could not be read; their rows are zero.</param>
/// <param name="HasChecksums">Whether the chunks have checksums beside them; caches of earlier versions have none.</param>
internal sealed record CacheIndex(
    int Images, int Variants, int Dimension, int FeatureSize, int Done, UnreadableImage[] Unreadable, bool HasChecksums = false);

/// <summary>
/// What the frozen base says about every training image, computed once: the embedding (float32, not normalised) and the tensor that the
/// head reads (float16), for the clean image, its mirror image and each damaged copy. Memory-mapped: the system keeps in memory what it has
/// room for.
/// </summary>
internal sealed class FeatureCache : IDisposable
{
    internal const string IndexFile = "cache.json";
    internal const string EmbeddingFile = "embeddings.f32";
    internal const string FeatureFile = "features.f16";

    private readonly FileBytes _embeddings;
    private readonly FileBytes? _features;
    private readonly CacheChecksums _checksums;

    private FeatureCache(string folder, CacheIndex index, FileBytes embeddings, FileBytes? features)
    {
        (Index, _embeddings, _features) = (index, embeddings, features);
        _checksums = new CacheChecksums(folder, index, embeddings, features);
    }

    /// <summary>What it holds.</summary>
    public CacheIndex Index { get; }

    /// <summary>Length of the head's input.</summary>
    public int InputSize => Index.FeatureSize > 0 ? Index.FeatureSize : Index.Dimension;

    /// <summary>Opens a complete cache.</summary>
    /// <param name="folder">The cache's folder.</param>
    /// <exception cref="PfeException">Missing, incomplete or damaged.</exception>
    public static FeatureCache Open(string folder) => Open(folder, partial: false);

    /// <summary>Opens a cache, or the images of it that are done.</summary>
    internal static FeatureCache Open(string folder, bool partial)
    {
        var index = ReadIndex(folder) ?? throw new PfeException($"'{folder}' holds no feature cache");
        if (index.Done < index.Images && (!partial || index.Done == 0))
            throw new PfeException($"feature cache '{folder}' is incomplete: {index.Done} of {index.Images} images");
        // A computation that was interrupted ends with a whole chunk.
        index = index with { Images = index.Done };
        var embeddings = FileBytes.Map(Path.Combine(folder, EmbeddingFile));
        FileBytes? features = null;
        try
        {
            features = index.FeatureSize > 0 ? FileBytes.Map(Path.Combine(folder, FeatureFile)) : null;
            return new FeatureCache(folder, index, embeddings, features);
        }
        catch
        {
            embeddings.Dispose();
            features?.Dispose();
            throw;
        }
    }

    /// <summary>The head's input for one image.</summary>
    /// <param name="image">Index of the image.</param>
    /// <param name="variant">0 clean, 1 mirrored, from 2 on damaged.</param>
    /// <param name="input"><see cref="InputSize"/> values to fill.</param>
    public void CopyInput(int image, int variant, Span<float> input)
    {
        if (_features is null)
        {
            Embedding(image, variant).CopyTo(input);
            return;
        }
        var (size, row) = (Index.FeatureSize, Row(image, variant));
        _checksums.Verify(image);
        TensorPrimitives.ConvertToSingle(_features.Span<Half>(row * size * sizeof(ushort), size), input);
    }

    /// <summary>mu: the embedding at length 1.</summary>
    /// <param name="image">Index of the image.</param>
    /// <param name="variant">0 clean, 1 mirrored, from 2 on damaged.</param>
    /// <param name="mu">D values to fill.</param>
    public void CopyMu(int image, int variant, Span<float> mu)
    {
        var embedding = Embedding(image, variant);
        TensorPrimitives.Divide(embedding, Math.Max(1e-12f, TensorPrimitives.Norm(embedding)), mu);
    }

    /// <summary>The embedding as the base computed it.</summary>
    /// <param name="image">Index of the image.</param>
    /// <param name="variant">0 clean, 1 mirrored, from 2 on damaged.</param>
    /// <param name="embedding">D values to fill.</param>
    public void CopyEmbedding(int image, int variant, Span<float> embedding) => Embedding(image, variant).CopyTo(embedding);

    /// <summary>Unmaps the files.</summary>
    public void Dispose()
    {
        _embeddings.Dispose();
        _features?.Dispose();
    }

    internal static CacheIndex? ReadIndex(string folder)
    {
        var path = Path.Combine(folder, IndexFile);
        if (!File.Exists(path)) return null;
        try
        {
            var index = JsonSeal.Open(InputFile.Text(path)).Deserialize(TrainingJson.Default.CacheIndex);
            return Problem(index) is { } problem ? throw new JsonException(problem) : index;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new DamagedFileException(path, $"'{path}' is damaged; remove the folder to compute the cache again: {e.Message}", e);
        }
    }

    internal static void WriteIndex(string folder, CacheIndex index) =>
        AtomicFile.WriteText(Path.Combine(folder, IndexFile),
        JsonSeal.Seal(JsonSerializer.Serialize(index, TrainingJson.Default.CacheIndex)));

    private static string? Problem(CacheIndex? index) => index switch
    {
        null or { Unreadable: null } => "a part of it is missing",
        { Images: < 1 } or { Variants: < 1 } or { Dimension: < 1 } or { FeatureSize: < 0 } or { Done: < 0 } =>
            "a size is below what it can be",
        _ when index.Done > index.Images => $"{index.Done} of {index.Images} images are done",
        _ when (long)index.Variants * Math.Max(index.Dimension, index.FeatureSize) > int.MaxValue =>
            "an image has more values than any network gives",
        _ when Array.Exists(index.Unreadable, image => image is null || (uint)image.Image >= (uint)index.Images) =>
            "it names an image that is none",
        _ => null,
    };

    private ReadOnlySpan<float> Embedding(int image, int variant)
    {
        var row = Row(image, variant);
        _checksums.Verify(image);
        return _embeddings.Span<float>(row * Index.Dimension * sizeof(float), Index.Dimension);
    }

    private long Row(int image, int variant)
    {
        if ((uint)image >= (uint)Index.Images) throw new ArgumentOutOfRangeException(nameof(image), image, $"0 to {Index.Images - 1}");
        if ((uint)variant >= (uint)Index.Variants)
            throw new ArgumentOutOfRangeException(nameof(variant), variant, $"0 to {Index.Variants - 1}");
        return (long)image * Index.Variants + variant;
    }
}
