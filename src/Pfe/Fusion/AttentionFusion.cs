using Pfe.Scoring;

namespace Pfe.Fusion;

/// <summary>
/// Fusion as ProbFace's code does it: weights <c>w_k ~ (1/v_k + 1e-6)^(1/T)</c>, which sum to 1 in each dimension, and with them
/// <c>mu = sum_k w_k mu_k</c>, renormalised, and <c>v = sum_k w_k v_k</c>. At T = 1 mu is the precision-weighted mean of
/// <see cref="TemplateFusion"/>; a smaller T lets the surest image decide, a larger one comes near the plain mean.
/// </summary>
internal static class AttentionFusion
{
    private const double Guard = 1e-6;

    /// <summary>Fuses K faces given as matrices.</summary>
    /// <param name="mus">K x D means, row-major, K at least 1.</param>
    /// <param name="logVariances">K x D natural logarithms of the variances, row-major.</param>
    /// <param name="temperature">T, above 0.</param>
    /// <param name="mu">D values to fill, of length 1 (all 0 where the weighted means cancel out).</param>
    /// <param name="logVariance">D natural logarithms of the template's variances to fill.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or a value is not finite.</exception>
    public static void Fuse(
        ReadOnlySpan<float> mus, ReadOnlySpan<float> logVariances, double temperature, Span<float> mu, Span<float> logVariance)
    {
        if (!(temperature > 0) || !double.IsFinite(temperature))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "a temperature above 0 is wanted");
        TemplateFusion.Check(mus, logVariances, mu.Length, logVariance.Length);
        var d = mu.Length;
        var logs = new double[mus.Length / d];
        for (var l = 0; l < d; l++)
        {
            // Relative to the greatest, so that no power overflows at a small temperature.
            var greatest = double.NegativeInfinity;
            for (var k = 0; k < logs.Length; k++)
            {
                logs[k] = Math.Log(Math.Exp(-(double)logVariances[k * d + l]) + Guard) / temperature;
                greatest = Math.Max(greatest, logs[k]);
            }
            var (weights, weightedMu, weightedVariance) = (0.0, 0.0, 0.0);
            for (var k = 0; k < logs.Length; k++)
            {
                var weight = Math.Exp(logs[k] - greatest);
                weights += weight;
                weightedMu += weight * mus[k * d + l];
                weightedVariance += weight * Math.Exp(logVariances[k * d + l]);
            }
            (mu[l], logVariance[l]) = ((float)(weightedMu / weights), (float)Math.Log(weightedVariance / weights));
        }
        UnitLength.Normalise(mu);
    }

    /// <summary>Fuses rows of a set.</summary>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="rows">The template's rows, at least one.</param>
    /// <param name="temperature">T, above 0.</param>
    /// <param name="mu">D values to fill, of length 1.</param>
    /// <param name="logVariance">D natural logarithms of the template's variances to fill.</param>
    public static void Fuse(EmbeddingSet faces, ReadOnlySpan<int> rows, double temperature, Span<float> mu, Span<float> logVariance)
    {
        var (mus, logVariances) = TemplateFusion.Gather(faces, rows);
        Fuse(mus, logVariances, temperature, mu, logVariance);
    }

    /// <summary>Fuses the images of each medium first, then the media, at the same temperature.</summary>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="rows">The template's rows, at least one.</param>
    /// <param name="media">The medium of each row, as many.</param>
    /// <param name="temperature">T, above 0.</param>
    /// <param name="mu">D values to fill, of length 1.</param>
    /// <param name="logVariance">D natural logarithms of the template's variances to fill.</param>
    public static void FuseByMedia(
        EmbeddingSet faces, ReadOnlySpan<int> rows, ReadOnlySpan<int> media, double temperature, Span<float> mu, Span<float> logVariance)
    {
        var groups = TemplateFusion.ByMedium(rows, media);
        var d = faces.Dimension;
        var (mus, logVariances) = (new float[groups.Count * d], new float[groups.Count * d]);
        for (var g = 0; g < groups.Count; g++) Fuse(faces, groups[g], temperature, mus.AsSpan(g * d, d), logVariances.AsSpan(g * d, d));
        Fuse(mus, logVariances, temperature, mu, logVariance);
    }
}
