using System.Numerics.Tensors;
using Pfe.Scoring.Blocks;

namespace Pfe.Scoring;

/// <summary>
/// The mutual likelihood score with one variance per face, the mean over its dimensions:
/// <code>-1/2 * [ |mu1 - mu2|^2 / (v1 + v2) + D ln(v1 + v2) ] - D/2 * ln(2 pi)</code>
/// A matrix product and one logarithm a pair: about four times as fast as the full score, and a good shortlist for it.
/// </summary>
internal static class SharedVariance
{
    /// <summary>The score of two faces.</summary>
    /// <param name="first">One face; the mean of its sigma squared is used.</param>
    /// <param name="second">The other, of the same model.</param>
    /// <exception cref="ModelMismatchException">They come from different models.</exception>
    public static float Score(FaceEmbedding first, FaceEmbedding second)
    {
        FaceScore.CheckModels(first, second);
        return Score(first.Mu, Of(FaceScore.Variance(first)), second.Mu, Of(FaceScore.Variance(second)));
    }

    /// <summary>The score of two faces that have a variance per dimension.</summary>
    /// <param name="mu1">The first mean, D values.</param>
    /// <param name="variance1">The first sigma squared, D positive values; their mean is used.</param>
    /// <param name="mu2">The second mean, D values.</param>
    /// <param name="variance2">The second sigma squared, D positive values; their mean is used.</param>
    /// <exception cref="ArgumentException">Lengths differ, a mean is not finite, or a variance is not positive and finite; names index and
    /// value.</exception>
    public static float Score(
        ReadOnlySpan<float> mu1, ReadOnlySpan<float> variance1, ReadOnlySpan<float> mu2, ReadOnlySpan<float> variance2)
    {
        EmbeddingValidation.Check(mu1, variance1);
        EmbeddingValidation.Check(mu2, variance2);
        return Score(mu1, Of(variance1), mu2, Of(variance2));
    }

    /// <summary>The score of two faces that have one variance each.</summary>
    /// <param name="mu1">The first mean, D values.</param>
    /// <param name="variance1">The first sigma squared, positive.</param>
    /// <param name="mu2">The second mean, D values.</param>
    /// <param name="variance2">The second sigma squared, positive.</param>
    /// <exception cref="ArgumentException">Lengths differ, a mean is not finite, or a variance is not positive and finite; names index and
    /// value.</exception>
    public static float Score(ReadOnlySpan<float> mu1, float variance1, ReadOnlySpan<float> mu2, float variance2)
    {
        EmbeddingValidation.CheckMean(mu1);
        EmbeddingValidation.CheckMean(mu2);
        EmbeddingValidation.SameLength(mu1.Length, mu2.Length);
        EmbeddingValidation.CheckVariance(variance1, nameof(variance1));
        EmbeddingValidation.CheckVariance(variance2, nameof(variance2));
        return OfPair(mu1, variance1, mu2, variance2);
    }

    /// <summary>A face's one variance: the mean of sigma squared over the dimensions.</summary>
    /// <param name="variance">D positive values.</param>
    public static float Of(ReadOnlySpan<float> variance) => (float)(DoubleSum.Of(variance) / variance.Length);

    /// <summary>The score of checked faces.</summary>
    internal static float OfPair(ReadOnlySpan<float> mu1, float variance1, ReadOnlySpan<float> mu2, float variance2)
    {
        double distance = TensorPrimitives.Distance(mu1, mu2);
        // Distances that leave single precision's range, or vanish in it, are taken again in double.
        var squared = distance is > 1e-15 and < 1e15 ? distance * distance : DoublePrecisionScore.SquaredDistance(mu1, mu2);
        return DoublePrecisionScore.SharedVariance(squared, variance1, variance2, mu1.Length);
    }
}
