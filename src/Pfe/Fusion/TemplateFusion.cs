using Pfe.Scoring;

namespace Pfe.Fusion;

/// <summary>
/// One embedding for several images of a person. Precision-weighted: <c>mu = sum_k mu_k / v_k / sum_k 1 / v_k</c> in each dimension,
/// renormalised to length 1, so that a blurred frame counts little (Shi and Jain 2019, section 3.3). Average pooling is there to compare
/// with.
/// </summary>
public static class TemplateFusion
{
    /// <summary>Fuses K faces given as matrices.</summary>
    /// <param name="mus">K x D means, row-major, K at least 1.</param>
    /// <param name="variances">K x D variances, row-major, positive.</param>
    /// <param name="rule">How the variances combine.</param>
    /// <param name="mu">D values to fill, of length 1 (all 0 where the weighted means cancel out).</param>
    /// <param name="variance">D values to fill.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or a value is not finite or a variance not positive.</exception>
    public static void Fuse(ReadOnlySpan<float> mus, ReadOnlySpan<float> variances, VarianceRule rule, Span<float> mu, Span<float> variance)
    {
        CheckShape(mus.Length, mu.Length);
        CheckShape(variances.Length, variance.Length);
        EmbeddingValidation.Check(mus, variances);
        EmbeddingValidation.SameLength(mu.Length, variance.Length);
        if (rule == VarianceRule.WeightedMean)
        {
            AttentionFusion.Fuse(mus, variances, temperature: 1, mu, variance);
            return;
        }
        var d = mu.Length;
        for (var l = 0; l < d; l++)
        {
            var (weighted, precision, smallest) = (0.0, 0.0, float.PositiveInfinity);
            for (var at = l; at < mus.Length; at += d)
            {
                weighted += mus[at] / (double)variances[at];
                precision += 1.0 / variances[at];
                smallest = Math.Min(smallest, variances[at]);
            }
            mu[l] = (float)(weighted / precision);
            variance[l] = rule == VarianceRule.Minimum ? smallest : (float)(1 / precision);
        }
        UnitLength.Normalise(mu);
    }

    /// <summary>Fuses rows of a set.</summary>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="rows">The template's rows, at least one.</param>
    /// <param name="rule">How the variances combine.</param>
    /// <param name="mu">D values to fill, of length 1.</param>
    /// <param name="variance">D values to fill.</param>
    public static void Fuse(EmbeddingSet faces, ReadOnlySpan<int> rows, VarianceRule rule, Span<float> mu, Span<float> variance)
    {
        var (mus, variances) = Gather(faces, rows);
        Fuse(mus, variances, rule, mu, variance);
    }

    /// <summary>
    /// Fuses rows of a set as the IJB protocols do: the images of each medium (one video, one photograph) into one face first, then the
    /// media. A long video then counts once, not once a frame.
    /// </summary>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="rows">The template's rows, at least one.</param>
    /// <param name="media">The medium of each row, as many.</param>
    /// <param name="rule">How the variances combine, in both steps.</param>
    /// <param name="mu">D values to fill, of length 1.</param>
    /// <param name="variance">D values to fill.</param>
    public static void FuseByMedia(
        EmbeddingSet faces, ReadOnlySpan<int> rows, ReadOnlySpan<int> media, VarianceRule rule, Span<float> mu, Span<float> variance)
    {
        var groups = ByMedium(rows, media);
        var d = faces.Dimension;
        var (mus, variances) = (new float[groups.Count * d], new float[groups.Count * d]);
        for (var g = 0; g < groups.Count; g++) Fuse(faces, groups[g], rule, mus.AsSpan(g * d, d), variances.AsSpan(g * d, d));
        Fuse(mus, variances, rule, mu, variance);
    }

    /// <summary>Average pooling: the mean of the means, renormalised.</summary>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="rows">The template's rows, at least one.</param>
    /// <param name="mu">D values to fill, of length 1 (all 0 where the means cancel out).</param>
    public static void Average(EmbeddingSet faces, ReadOnlySpan<int> rows, Span<float> mu)
    {
        AddMean(faces, rows, mu, new double[mu.Length]);
        UnitLength.Normalise(mu);
    }

    /// <summary>Average pooling per medium, then over the media, renormalised at the end: the usual IJB baseline.</summary>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="rows">The template's rows, at least one.</param>
    /// <param name="media">The medium of each row, as many.</param>
    /// <param name="mu">D values to fill, of length 1.</param>
    public static void AverageByMedia(EmbeddingSet faces, ReadOnlySpan<int> rows, ReadOnlySpan<int> media, Span<float> mu)
    {
        var sum = new double[mu.Length];
        foreach (var group in ByMedium(rows, media)) AddMean(faces, group, mu, sum);
        UnitLength.Normalise(mu);
    }

    /// <summary>How much each of K faces counts in their template: its share of the precision, averaged over the dimensions; the K weights
    /// sum to 1.</summary>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="rows">The template's rows, at least one.</param>
    /// <param name="weights">K values to fill.</param>
    public static void Weights(EmbeddingSet faces, ReadOnlySpan<int> rows, Span<float> weights)
    {
        if (weights.Length != rows.Length)
            throw new ArgumentException($"{rows.Length} rows need as many weights, not {weights.Length}", nameof(weights));
        var (mus, variances) = Gather(faces, rows);
        EmbeddingValidation.Check(mus, variances);
        var d = faces.Dimension;
        var sums = new double[rows.Length];
        for (var l = 0; l < d; l++)
        {
            var precision = 0.0;
            for (var k = 0; k < rows.Length; k++) precision += 1.0 / variances[k * d + l];
            for (var k = 0; k < rows.Length; k++) sums[k] += 1.0 / variances[k * d + l] / precision;
        }
        for (var k = 0; k < rows.Length; k++) weights[k] = (float)(sums[k] / d);
    }

    internal static (float[] Mus, float[] Variances) Gather(EmbeddingSet faces, ReadOnlySpan<int> rows)
    {
        CheckRows(rows);
        var d = faces.Dimension;
        var (mus, variances) = (new float[rows.Length * d], new float[rows.Length * d]);
        for (var k = 0; k < rows.Length; k++)
        {
            faces.Mu(rows[k]).CopyTo(mus.AsSpan(k * d));
            faces.CopyVariance(rows[k], variances.AsSpan(k * d, d));
        }
        return (mus, variances);
    }

    // Adds the rows' mean to a running sum in double precision and shows the sum so far in mu.
    private static void AddMean(EmbeddingSet faces, ReadOnlySpan<int> rows, Span<float> mu, Span<double> into)
    {
        CheckRows(rows);
        EmbeddingValidation.SameLength(faces.Dimension, mu.Length);
        foreach (var row in rows)
        {
            var values = faces.Mu(row);
            EmbeddingValidation.CheckMean(values);
            for (var l = 0; l < values.Length; l++) into[l] += values[l] / (double)rows.Length;
        }
        for (var l = 0; l < mu.Length; l++) mu[l] = (float)into[l];
    }

    internal static List<int[]> ByMedium(ReadOnlySpan<int> rows, ReadOnlySpan<int> media)
    {
        if (rows.Length != media.Length)
            throw new ArgumentException($"{rows.Length} rows need as many media, not {media.Length}", nameof(media));
        CheckRows(rows);
        return rows.ToArray().Zip(media.ToArray()).GroupBy(pair => pair.Second, pair => pair.First).Select(group => group.ToArray())
            .ToList();
    }

    private static void CheckRows(ReadOnlySpan<int> rows)
    {
        if (rows.IsEmpty) throw new ArgumentException("a template needs at least one image", nameof(rows));
    }

    private static void CheckShape(int values, int dimension)
    {
        if (dimension == 0 || values == 0 || values % dimension != 0)
            throw new ArgumentException($"{values} values are not K faces of {dimension} dimensions", nameof(values));
    }
}
