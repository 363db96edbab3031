namespace Pfe.Scoring.Blocks;

/// <summary>Eq. 3 term by term in double precision, for faces that the kernels cannot take.</summary>
internal static class DoublePrecisionScore
{
    public static float MutualLikelihood(
        ReadOnlySpan<float> mu1, ReadOnlySpan<float> variance1, ReadOnlySpan<float> mu2, ReadOnlySpan<float> variance2)
    {
        var sum = 0.0;
        for (var l = 0; l < mu1.Length; l++)
        {
            var (difference, variance) = ((double)mu1[l] - mu2[l], (double)variance1[l] + variance2[l]);
            sum += difference * difference / variance + Math.Log(variance);
        }
        return Finite(-0.5 * (sum + mu1.Length * Scoring.MutualLikelihood.LogTwoPi));
    }

    /// <summary>The shared-variance form, given the squared distance of the means.</summary>
    public static float SharedVariance(double squaredDistance, double variance1, double variance2, int dimension)
    {
        var variance = variance1 + variance2;
        return Finite(-0.5 * (squaredDistance / variance + dimension * (Math.Log(variance) + Scoring.MutualLikelihood.LogTwoPi)));
    }

    public static double SquaredDistance(ReadOnlySpan<float> mu1, ReadOnlySpan<float> mu2)
    {
        var squared = 0.0;
        for (var l = 0; l < mu1.Length; l++) squared += ((double)mu1[l] - mu2[l]) * ((double)mu1[l] - mu2[l]);
        return squared;
    }

    // A score beyond single precision becomes its largest value: still in the right order, and never an infinity.
    private static float Finite(double score) => (float)Math.Clamp(score, float.MinValue, float.MaxValue);
}
