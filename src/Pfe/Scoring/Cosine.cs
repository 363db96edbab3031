using System.Numerics.Tensors;

namespace Pfe.Scoring;

/// <summary>The cosine of two means: the score of a deterministic embedding, blind to the variances.</summary>
public static class Cosine
{
    /// <summary>The cosine of the angle between the means of two faces, -1 to 1.</summary>
    /// <param name="first">One face.</param>
    /// <param name="second">The other, of the same model.</param>
    /// <exception cref="ModelMismatchException">They come from different models.</exception>
    public static float Score(FaceEmbedding first, FaceEmbedding second)
    {
        FaceScore.CheckModels(first, second);
        return Score(first.Mu, second.Mu);
    }

    /// <summary>The cosine of the angle between two means, -1 to 1; lengths need not be 1. A mean of length 0 has the cosine 0 with
    /// everything.</summary>
    /// <param name="mu1">The first mean, D values.</param>
    /// <param name="mu2">The second mean, D values.</param>
    /// <exception cref="ArgumentException">Lengths differ or a value is not finite; names index and value.</exception>
    public static float Score(ReadOnlySpan<float> mu1, ReadOnlySpan<float> mu2)
    {
        EmbeddingValidation.CheckMean(mu1);
        EmbeddingValidation.CheckMean(mu2);
        EmbeddingValidation.SameLength(mu1.Length, mu2.Length);
        return OfPair(mu1, mu2);
    }

    /// <summary>The cosine of checked means.</summary>
    internal static float OfPair(ReadOnlySpan<float> mu1, ReadOnlySpan<float> mu2)
    {
        var lengths = (double)TensorPrimitives.Norm(mu1) * TensorPrimitives.Norm(mu2);
        if (lengths is > 1e-15 and < 1e15) return Math.Clamp((float)(TensorPrimitives.Dot(mu1, mu2) / lengths), -1f, 1f);
        // Lengths near the ends of single precision's range.
        double dot = 0, squared1 = 0, squared2 = 0;
        for (var l = 0; l < mu1.Length; l++)
            (dot, squared1, squared2) =
                (dot + (double)mu1[l] * mu2[l], squared1 + (double)mu1[l] * mu1[l], squared2 + (double)mu2[l] * mu2[l]);
        return squared1 > 0 && squared2 > 0 ? (float)Math.Clamp(dot / Math.Sqrt(squared1) / Math.Sqrt(squared2), -1, 1) : 0f;
    }
}
