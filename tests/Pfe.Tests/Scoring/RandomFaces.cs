using System.Numerics.Tensors;

namespace Pfe.Tests.Scoring;

/// <summary>Faces of which only the numbers matter: unit means and variances spread evenly in the logarithm.</summary>
internal static class RandomFaces
{
    public static EmbeddingSet Create(int count, int dimension, int seed, double smallest = 1e-4, double largest = 1e-2)
    {
        var random = new Random(seed);
        var (mu, logVariance) = (new float[count * dimension], new float[count * dimension]);
        for (var i = 0; i < mu.Length; i++)
        {
            mu[i] = (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
            logVariance[i] = (float)(Math.Log(smallest) + random.NextDouble() * Math.Log(largest / smallest));
        }
        for (var row = 0; row < count; row++)
        {
            var values = mu.AsSpan(row * dimension, dimension);
            TensorPrimitives.Divide(values, Math.Max(TensorPrimitives.Norm(values), 1e-6f), values);
        }
        return new EmbeddingSet(dimension, mu, logVariance, [.. Enumerable.Range(0, count).Select(i => $"face {i}")]);
    }

    public static float[] Variance(this EmbeddingSet faces, int row)
    {
        var variance = new float[faces.Dimension];
        faces.CopyVariance(row, variance);
        return variance;
    }

    /// <summary>A set of one face with the given variances.</summary>
    public static EmbeddingSet Single(float[] mu, params float[] variance) =>
        new(mu.Length, mu, [.. variance.Select(value => (float)Math.Log(value))], ["face"]);
}
