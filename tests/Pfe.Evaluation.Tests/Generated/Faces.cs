namespace Pfe.Evaluation.Tests.Generated;

/// <summary>Embeddings of known truth, without an image: mean = the identity's direction plus noise of the stated variance.</summary>
internal static class Faces
{
    /// <summary>One row a path. With <paramref name="damaged"/> every third image is noisy, and its variance says so.</summary>
    public static EmbeddingSet Of(
        IReadOnlyList<string> paths, IReadOnlyList<string> identities, int dimension, double noise, int seed, bool damaged = true)
    {
        var random = new Random(seed);
        var directions = identities.Distinct(StringComparer.Ordinal)
            .ToDictionary(name => name, _ => Unit(Normals(random, dimension)), StringComparer.Ordinal);
        var (mu, logVariance) = (new float[paths.Count * dimension], new float[paths.Count * dimension]);
        for (var n = 0; n < paths.Count; n++)
        {
            var sigma = (damaged && n % 3 == 0 ? 6 * noise : noise) / Math.Sqrt(dimension);
            double[] sigmas = [.. Enumerable.Range(0, dimension).Select(_ => sigma * Math.Exp(0.3 * Normal(random)))];
            var mean = Unit([.. directions[identities[n]].Select((value, l) => value + sigmas[l] * Normal(random))]);
            for (var l = 0; l < dimension; l++)
                (mu[n * dimension + l], logVariance[n * dimension + l]) = ((float)mean[l], (float)(2 * Math.Log(sigmas[l])));
        }
        return new EmbeddingSet(dimension, mu, logVariance, paths);
    }

    private static double[] Unit(double[] values)
    {
        var length = Math.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => value / length)];
    }

    private static double[] Normals(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => Normal(random))];

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
