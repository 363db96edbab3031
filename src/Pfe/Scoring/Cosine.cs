using System.Numerics.Tensors;

namespace Pfe.Scoring;

/// <summary>The cosine of two means: the score of a deterministic embedding, blind to the variances.</summary>
public static class Cosine
{
    /// <summary>The cosine of the angle between two means, -1 to 1; lengths need not be 1. A mean of length 0 has the cosine 0 with everything.</summary>
    /// <param name="mu1">The first mean, D values.</param>
    /// <param name="mu2">The second mean, D values.</param>
    /// <exception cref="ArgumentException">Lengths differ or a value is not finite; names index and value.</exception>
    public static float Score(ReadOnlySpan<float> mu1, ReadOnlySpan<float> mu2)
    {
        FaceGuard.CheckMean(mu1);
        FaceGuard.CheckMean(mu2);
        FaceGuard.SameLength(mu1.Length, mu2.Length);
        var lengths = TensorPrimitives.Norm(mu1) * TensorPrimitives.Norm(mu2);
        return lengths > 0 ? Math.Clamp(TensorPrimitives.Dot(mu1, mu2) / lengths, -1f, 1f) : 0f;
    }
}
