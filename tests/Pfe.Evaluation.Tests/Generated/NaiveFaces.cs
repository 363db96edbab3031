namespace Pfe.Evaluation.Tests.Generated;

/// <summary>A face or template in float64, with the paper's formulas written out.</summary>
internal sealed record NaiveFace(double[] Mu, double[] Variance)
{
    public static NaiveFace Row(EmbeddingSet set, int row) =>
        new([.. set.Mu(row).ToArray().Select(v => (double)v)], [.. set.LogVariance(row).ToArray().Select(v => Math.Exp(v))]);

    public static double Cosine(NaiveFace a, NaiveFace b) =>
        a.Mu.Zip(b.Mu).Sum(p => p.First * p.Second) / Math.Sqrt(a.Mu.Sum(v => v * v) * b.Mu.Sum(v => v * v));

    public static double Mls(NaiveFace a, NaiveFace b)
    {
        var sum = 0.0;
        for (var l = 0; l < a.Mu.Length; l++)
        {
            var variance = a.Variance[l] + b.Variance[l];
            sum += Math.Pow(a.Mu[l] - b.Mu[l], 2) / variance + Math.Log(variance) + Math.Log(2 * Math.PI);
        }
        return -sum / 2;
    }

    public static double SharedMls(NaiveFace a, NaiveFace b) => Mls(Shared(a), Shared(b));

    /// <summary>Mean of the means; not renormalised, as a cosine does not see it.</summary>
    public static NaiveFace Average(IReadOnlyList<NaiveFace> faces) =>
        new([.. faces[0].Mu.Select((_, l) => faces.Average(f => f.Mu[l]))], faces[0].Variance);

    public static NaiveFace Fuse(IReadOnlyList<NaiveFace> faces)
    {
        double[] mu = [.. faces[0].Mu.Select((_, l) => faces.Sum(f => f.Mu[l] / f.Variance[l]) / faces.Sum(f => 1 / f.Variance[l]))];
        var length = Math.Sqrt(mu.Sum(v => v * v));
        return new([.. mu.Select(v => v / length)], [.. mu.Select((_, l) => faces.Min(f => f.Variance[l]))]);
    }

    private static NaiveFace Shared(NaiveFace face) => face with { Variance = [.. face.Variance.Select(_ => face.Variance.Average())] };
}
