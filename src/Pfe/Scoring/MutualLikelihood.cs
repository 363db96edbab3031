using System.Buffers;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Scoring;

/// <summary>
/// The mutual likelihood score (MLS): the logarithm of the likelihood that two faces N(mu1, diag(var1)) and N(mu2, diag(var2)) show one
/// person.
/// <code>MLS = -1/2 * sum_l [ (mu1_l - mu2_l)^2 / (var1_l + var2_l) + ln(var1_l + var2_l) ] - D/2 * ln(2 pi)</code>
/// </summary>
/// <remarks>
/// Shi and Jain, "Probabilistic Face Embeddings", ICCV 2019, eq. 3. The score has no fixed range: with small variances it is positive and
/// large, with large ones negative. Only its order and a calibration on pairs of known answer give it a meaning.
/// The reference computes the sum without the factor 1/2 and without the constant; <see cref="ToReference"/> and
/// <see cref="FromReference"/> convert, as one is an increasing affine image of the other.
/// </remarks>
public static unsafe class MutualLikelihood
{
    internal const double LogTwoPi = 1.8378770664093454836;

    /// <summary>The score of two faces; error bound in docs/numerics.md.</summary>
    /// <param name="first">One face.</param>
    /// <param name="second">The other, of the same model.</param>
    /// <exception cref="ModelMismatchException">They come from different models.</exception>
    public static float Score(FaceEmbedding first, FaceEmbedding second)
    {
        FaceScore.CheckModels(first, second);
        var (variance1, variance2) = (FaceScore.Variance(first), FaceScore.Variance(second));
        return Score(first.Mu, variance1, second.Mu, variance2);
    }

    /// <summary>The score of two faces given as spans; error bound in docs/numerics.md.</summary>
    /// <param name="mu1">The first mean, D values, usually of unit length.</param>
    /// <param name="variance1">The first sigma squared, D positive values.</param>
    /// <param name="mu2">The second mean, D values.</param>
    /// <param name="variance2">The second sigma squared, D positive values.</param>
    /// <exception cref="ArgumentException">Lengths differ, a mean is not finite, or a variance is not positive and finite; names index and
    /// value.</exception>
    public static float Score(
        ReadOnlySpan<float> mu1, ReadOnlySpan<float> variance1, ReadOnlySpan<float> mu2, ReadOnlySpan<float> variance2)
    {
        EmbeddingValidation.Check(mu1, variance1);
        EmbeddingValidation.Check(mu2, variance2);
        EmbeddingValidation.SameLength(mu1.Length, mu2.Length);
        if (!EmbeddingValidation.FitsKernels(mu1, variance1, out var range1)
            || !EmbeddingValidation.FitsKernels(mu2, variance2, out var range2)
            || default(VarianceScale).Period(range1, range2) is var period && period == 0)
            return DoublePrecisionScore.MutualLikelihood(mu1, variance1, mu2, variance2);
        var padded = PairRows.Pad(mu1.Length);
        var rows = ArrayPool<float>.Shared.Rent(4 * padded);
        PairRows.Write(rows.AsSpan(0, 2 * padded), mu1, variance1);
        PairRows.Write(rows.AsSpan(2 * padded, 2 * padded), mu2, variance2);
        fixed (float* first = rows)
        {
            var (s, l) = SimdPath.Kernels.PairSums(first, first + 2 * padded, padded, period);
            ArrayPool<float>.Shared.Return(rows);
            return new ScoreFormula(mu1.Length, default, BlockStore.Float32).Of(s, l);
        }
    }

    /// <summary>The reference's value for a score: <c>-sum_l [...] = 2 MLS + D ln(2 pi)</c>.</summary>
    /// <param name="score">A mutual likelihood score.</param>
    /// <param name="dimension">D.</param>
    public static double ToReference(double score, int dimension) => 2 * score + dimension * LogTwoPi;

    /// <summary>The score for a value of the reference; the inverse of <see cref="ToReference"/>.</summary>
    /// <param name="referenceScore">What the reference printed or stored, a higher value meaning more alike.</param>
    /// <param name="dimension">D.</param>
    public static double FromReference(double referenceScore, int dimension) => (referenceScore - dimension * LogTwoPi) / 2;
}
