using Pfe.Scoring;

namespace Pfe.Fusion;

/// <summary>
/// Fusion as ProbFace's code does it: weights <c>w_k ~ (1/v_k + 1e-6)^(1/T)</c>, which sum to 1 in each dimension, and with them
/// <c>mu = sum_k w_k mu_k</c>, renormalised, and <c>v = sum_k w_k v_k</c>. At T = 1 mu is the precision-weighted mean of
/// <see cref="TemplateFusion"/>; a smaller T lets the surest image decide, a larger one comes near the plain mean.
/// </summary>
public static class AttentionFusion
{
    private const double Guard = 1e-6;

    /// <summary>Fuses K faces given as matrices.</summary>
    /// <param name="mus">K x D means, row-major, K at least 1.</param>
    /// <param name="variances">K x D variances, row-major, positive.</param>
    /// <param name="temperature">T, above 0.</param>
    /// <param name="mu">D values to fill, of length 1 (all 0 where the weighted means cancel out).</param>
    /// <param name="variance">D values to fill.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or a value is not finite or a variance not positive.</exception>
    public static void Fuse(ReadOnlySpan<float> mus, ReadOnlySpan<float> variances, double temperature, Span<float> mu, Span<float> variance)
    {
        if (!(temperature > 0) || !double.IsFinite(temperature))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "a temperature above 0 is wanted");
        EmbeddingValidation.Check(mus, variances);
        EmbeddingValidation.SameLength(mu.Length, variance.Length);
        var d = mu.Length;
        if (d == 0 || mus.Length == 0 || mus.Length % d != 0) throw new ArgumentException($"{mus.Length} values are not K faces of {d} dimensions", nameof(mus));
        var logs = new double[mus.Length / d];
        for (var l = 0; l < d; l++)
        {
            // Relative to the greatest, so that no power overflows at a small temperature.
            var greatest = double.NegativeInfinity;
            for (var k = 0; k < logs.Length; k++)
            {
                logs[k] = Math.Log(1 / (double)variances[k * d + l] + Guard) / temperature;
                greatest = Math.Max(greatest, logs[k]);
            }
            var (weights, weightedMu, weightedVariance) = (0.0, 0.0, 0.0);
            for (var k = 0; k < logs.Length; k++)
            {
                var weight = Math.Exp(logs[k] - greatest);
                weights += weight;
                weightedMu += weight * mus[k * d + l];
                weightedVariance += weight * variances[k * d + l];
            }
            (mu[l], variance[l]) = ((float)(weightedMu / weights), (float)(weightedVariance / weights));
        }
        UnitLength.Normalise(mu);
    }

    /// <summary>Fuses rows of a set.</summary>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="rows">The template's rows, at least one.</param>
    /// <param name="temperature">T, above 0.</param>
    /// <param name="mu">D values to fill, of length 1.</param>
    /// <param name="variance">D values to fill.</param>
    public static void Fuse(EmbeddingSet faces, ReadOnlySpan<int> rows, double temperature, Span<float> mu, Span<float> variance)
    {
        var (mus, variances) = TemplateFusion.Gather(faces, rows);
        Fuse(mus, variances, temperature, mu, variance);
    }

    /// <summary>Fuses the images of each medium first, then the media, at the same temperature.</summary>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="rows">The template's rows, at least one.</param>
    /// <param name="media">The medium of each row, as many.</param>
    /// <param name="temperature">T, above 0.</param>
    /// <param name="mu">D values to fill, of length 1.</param>
    /// <param name="variance">D values to fill.</param>
    public static void FuseByMedia(
        EmbeddingSet faces, ReadOnlySpan<int> rows, ReadOnlySpan<int> media, double temperature, Span<float> mu, Span<float> variance)
    {
        var groups = TemplateFusion.ByMedium(rows, media);
        var d = faces.Dimension;
        var (mus, variances) = (new float[groups.Count * d], new float[groups.Count * d]);
        for (var g = 0; g < groups.Count; g++) Fuse(faces, groups[g], temperature, mus.AsSpan(g * d, d), variances.AsSpan(g * d, d));
        Fuse(mus, variances, temperature, mu, variance);
    }
}
