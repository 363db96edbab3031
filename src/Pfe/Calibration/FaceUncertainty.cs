using System.Numerics.Tensors;

namespace Pfe.Calibration;

/// <summary>A face's uncertainty as one number, for sorting, quality and calibration.</summary>
public static class FaceUncertainty
{
    /// <summary>
    /// The mean of ln sigma^2 over the dimensions: the logarithm of the geometric mean variance. Larger means less certain; about -7 for a
    /// head that has learnt nothing.
    /// </summary>
    /// <param name="logVariance">ln sigma^2, D values, at least 1.</param>
    public static double Of(ReadOnlySpan<float> logVariance)
    {
        if (logVariance.IsEmpty) throw new ArgumentException("an embedding needs at least 1 dimension", nameof(logVariance));
        return TensorPrimitives.Sum(logVariance) / (double)logVariance.Length;
    }

    /// <summary>The uncertainty of a face.</summary>
    /// <param name="face">The face.</param>
    public static double Of(FaceEmbedding face)
    {
        ArgumentNullException.ThrowIfNull(face);
        return Of(face.LogVariance);
    }

    /// <summary>The uncertainty of every face of a set.</summary>
    /// <param name="faces">N faces.</param>
    /// <returns>N values.</returns>
    public static double[] Of(EmbeddingSet faces)
    {
        var values = new double[faces.Count];
        for (var i = 0; i < values.Length; i++) values[i] = Of(faces.LogVariance(i));
        return values;
    }

    /// <summary>
    /// A pair's uncertainty, <c>ln(exp(a) + exp(b))</c>: variances add in a comparison, so the less certain face decides.
    /// </summary>
    /// <param name="a">One face's uncertainty.</param>
    /// <param name="b">The other's.</param>
    public static double OfPair(double a, double b) => Math.Max(a, b) + Math.Log(1 + Math.Exp(-Math.Abs(a - b)));
}
