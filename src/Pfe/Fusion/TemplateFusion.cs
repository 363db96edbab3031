using System.Numerics.Tensors;
using Pfe.Scoring;

namespace Pfe.Fusion;

/// <summary>
/// One embedding for several images of a person. Precision-weighted: <c>mu = sum_k mu_k / v_k / sum_k 1 / v_k</c> in each dimension,
/// renormalised to length 1, so that a blurred frame counts little (Shi and Jain 2019, section 3.3). Average pooling is there to compare
/// with.
/// </summary>
public static class TemplateFusion
{
    /// <summary>Fuses some faces.</summary>
    /// <param name="faces">K faces of one model, K at least 1.</param>
    /// <param name="rule">How the variances combine.</param>
    /// <exception cref="ModelMismatchException">They come from different models.</exception>
    public static FaceEmbedding Fuse(IReadOnlyList<FaceEmbedding> faces, VarianceRule rule = VarianceRule.Minimum)
    {
        ArgumentNullException.ThrowIfNull(faces);
        if (faces.Count == 0) throw new ArgumentException("a template needs at least one image", nameof(faces));
        var (d, model) = (faces[0].Dimension, faces[0].ModelId);
        var (mus, logVariances) = (new float[faces.Count * d], new float[faces.Count * d]);
        for (var k = 0; k < faces.Count; k++)
        {
            ModelMismatchException.Check($"face {k} of the template", d, model, faces[k].Dimension, faces[k].ModelId);
            model ??= faces[k].ModelId;
            faces[k].Mu.CopyTo(mus.AsSpan(k * d));
            faces[k].LogVariance.CopyTo(logVariances.AsSpan(k * d));
        }
        var (mu, logVariance) = (new float[d], new float[d]);
        Fuse(mus, logVariances, rule, mu, logVariance);
        return new FaceEmbedding(mu, logVariance, model);
    }

    /// <summary>Fuses K faces given as matrices.</summary>
    /// <param name="mus">K x D means, row-major, K at least 1.</param>
    /// <param name="logVariances">K x D natural logarithms of the variances, row-major.</param>
    /// <param name="rule">How the variances combine.</param>
    /// <param name="mu">D values to fill, of length 1 (all 0 where the weighted means cancel out).</param>
    /// <param name="logVariance">D natural logarithms of the template's variances to fill; under the minimum rule values that came in,
    /// unchanged.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or a value is not finite.</exception>
    public static void Fuse(
        ReadOnlySpan<float> mus, ReadOnlySpan<float> logVariances, VarianceRule rule, Span<float> mu, Span<float> logVariance)
    {
        if (rule == VarianceRule.WeightedMean)
        {
            AttentionFusion.Fuse(mus, logVariances, temperature: 1, mu, logVariance);
            return;
        }
        Check(mus, logVariances, mu.Length, logVariance.Length);
        var (d, precisions) = (mu.Length, Precisions(logVariances));
        for (var l = 0; l < d; l++)
        {
            var (weighted, precision, smallest) = (0.0, 0.0, float.PositiveInfinity);
            for (var at = l; at < mus.Length; at += d)
            {
                weighted += mus[at] * precisions[at];
                precision += precisions[at];
                smallest = Math.Min(smallest, logVariances[at]);
            }
            mu[l] = (float)(weighted / precision);
            logVariance[l] = rule == VarianceRule.Minimum ? smallest : (float)-Math.Log(precision);
        }
        UnitLength.Normalise(mu);
    }

    /// <summary>Fuses rows of a set.</summary>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="rows">The template's rows, at least one.</param>
    /// <param name="rule">How the variances combine.</param>
    /// <param name="mu">D values to fill, of length 1.</param>
    /// <param name="logVariance">D natural logarithms of the template's variances to fill.</param>
    public static void Fuse(EmbeddingSet faces, ReadOnlySpan<int> rows, VarianceRule rule, Span<float> mu, Span<float> logVariance)
    {
        var (mus, logVariances) = Gather(faces, rows);
        Fuse(mus, logVariances, rule, mu, logVariance);
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
    /// <param name="logVariance">D natural logarithms of the template's variances to fill.</param>
    public static void FuseByMedia(
        EmbeddingSet faces, ReadOnlySpan<int> rows, ReadOnlySpan<int> media, VarianceRule rule, Span<float> mu, Span<float> logVariance)
    {
        var groups = ByMedium(rows, media);
        var d = faces.Dimension;
        var (mus, logVariances) = (new float[groups.Count * d], new float[groups.Count * d]);
        for (var g = 0; g < groups.Count; g++) Fuse(faces, groups[g], rule, mus.AsSpan(g * d, d), logVariances.AsSpan(g * d, d));
        Fuse(mus, logVariances, rule, mu, logVariance);
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
        var (mus, logVariances) = Gather(faces, rows);
        EmbeddingValidation.CheckMean(mus);
        EmbeddingValidation.CheckLogVariance(logVariances);
        var (d, precisions) = (faces.Dimension, Precisions(logVariances));
        var sums = new double[rows.Length];
        for (var l = 0; l < d; l++)
        {
            var precision = 0.0;
            for (var k = 0; k < rows.Length; k++) precision += precisions[k * d + l];
            for (var k = 0; k < rows.Length; k++) sums[k] += precisions[k * d + l] / precision;
        }
        for (var k = 0; k < rows.Length; k++) weights[k] = (float)(sums[k] / d);
    }

    // 1 / sigma^2 in double precision.
    private static double[] Precisions(ReadOnlySpan<float> logVariances)
    {
        var precisions = new double[logVariances.Length];
        TensorPrimitives.ConvertTruncating(logVariances, precisions);
        TensorPrimitives.Negate(precisions, precisions);
        TensorPrimitives.Exp(precisions, precisions);
        return precisions;
    }

    internal static (float[] Mus, float[] LogVariances) Gather(EmbeddingSet faces, ReadOnlySpan<int> rows)
    {
        CheckRows(rows);
        var d = faces.Dimension;
        var (mus, logVariances) = (new float[rows.Length * d], new float[rows.Length * d]);
        for (var k = 0; k < rows.Length; k++)
        {
            faces.Mu(rows[k]).CopyTo(mus.AsSpan(k * d));
            faces.LogVariance(rows[k]).CopyTo(logVariances.AsSpan(k * d));
        }
        return (mus, logVariances);
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

    internal static void Check(ReadOnlySpan<float> mus, ReadOnlySpan<float> logVariances, int mu, int logVariance)
    {
        if (mu == 0 || mus.Length == 0 || mus.Length % mu != 0)
            throw new ArgumentException($"{mus.Length} values are not K faces of {mu} dimensions", nameof(mus));
        if (logVariances.Length != mus.Length)
            throw new ArgumentException($"{mus.Length} means need as many variances, not {logVariances.Length}", nameof(logVariances));
        if (logVariance != mu) throw new ArgumentException($"a template has {mu} means and {logVariance} variances", nameof(logVariance));
        EmbeddingValidation.CheckMean(mus);
        EmbeddingValidation.CheckLogVariance(logVariances);
    }
}
