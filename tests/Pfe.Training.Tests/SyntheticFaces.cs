using Pfe.Training.Features;

namespace Pfe.Training.Tests;

/// <summary>
/// Drawn features of people: a centre each, noise of a strength that differs from image to image and that one feature gives away, so that a
/// head has something to learn.
/// </summary>
internal sealed class SyntheticFaces(int classes, int imagesPerClass, int dimension = 8, int copies = 0, int featureSize = 12)
    : IFeatureSource
{
    public int Images => classes * imagesPerClass;

    public IReadOnlyList<int> Labels { get; } = [.. Enumerable.Range(0, classes * imagesPerClass).Select(image => image / imagesPerClass)];

    public int Variants => 2 + copies;

    public int Dimension => dimension;

    public int FeatureSize => featureSize;

    /// <summary>Images that cannot be read.</summary>
    public HashSet<int> Broken { get; init; } = [];

    /// <summary>Images that were computed, in any order.</summary>
    public System.Collections.Concurrent.ConcurrentBag<int> Computed { get; } = [];

    /// <summary>Called before each image.</summary>
    public Action<int>? Before { get; init; }

    public void Compute(int image, Memory<float> embeddings, Memory<float> features)
    {
        Before?.Invoke(image);
        Computed.Add(image);
        if (Broken.Contains(image)) throw new PfeException($"image {image} is broken");
        var centre = new Random(Labels[image]);
        var means = Enumerable.Range(0, dimension).Select(_ => centre.NextDouble() - 0.5).ToArray();
        for (var variant = 0; variant < Variants; variant++)
        {
            var random = new Random(1000 + image * Variants + variant);
            var noise = 0.02 + 0.3 * random.NextDouble();
            for (var d = 0; d < dimension; d++)
                embeddings.Span[variant * dimension + d] = (float)(3 * (means[d] + noise * (random.NextDouble() - 0.5)));
            if (featureSize == 0) continue;
            for (var f = 0; f < featureSize; f++)
                features.Span[variant * featureSize + f] = (float)(f == 0 ? noise * 10 : random.NextDouble());
        }
    }

    /// <summary>Computes a cache of all images.</summary>
    public FeatureCache Cache(string folder)
    {
        FeatureCacheBuilder.Complete(folder, Images, this, null, CancellationToken.None);
        return FeatureCache.Open(folder);
    }
}
