using System.Numerics.Tensors;
using Pfe.Scoring.Kernels;

namespace Pfe.Scoring;

/// <summary>The door of every score: means finite, variances positive and finite, or an exception that gives index and value.</summary>
internal static class EmbeddingValidation
{
    /// <summary>Checks one face.</summary>
    public static void Check(ReadOnlySpan<float> mu, ReadOnlySpan<float> variance)
    {
        if (mu.Length != variance.Length || mu.IsEmpty)
            throw new ArgumentException($"mean and variance need the same number of values, at least 1; they have {mu.Length} and " +
                $"{variance.Length}", nameof(variance));
        CheckMean(mu);
        // Min and Max hand a NaN on, and a comparison with NaN is false: one pass finds every bad value.
        if (!(TensorPrimitives.Min(variance) > 0 && TensorPrimitives.Max(variance) < float.PositiveInfinity))
            Refuse(variance, static value => value > 0 && float.IsFinite(value), nameof(variance), "positive and finite");
    }

    /// <summary>Checks a mean alone.</summary>
    public static void CheckMean(ReadOnlySpan<float> mu)
    {
        if (mu.IsEmpty) throw new ArgumentException("an embedding needs at least 1 dimension", nameof(mu));
        if (!float.IsFinite(TensorPrimitives.MaxMagnitude(mu))) Refuse(mu, float.IsFinite, nameof(mu), "finite");
    }

    /// <summary>Checks natural logarithms of variances: their variances are positive and finite in single precision.</summary>
    public static void CheckLogVariance(ReadOnlySpan<float> logVariance)
    {
        if (!(TensorPrimitives.Min(logVariance) >= FaceEmbedding.MinLogVariance
            && TensorPrimitives.Max(logVariance) <= FaceEmbedding.MaxLogVariance))
            Refuse(logVariance, static value => value is >= FaceEmbedding.MinLogVariance and <= FaceEmbedding.MaxLogVariance,
                nameof(logVariance), $"a natural logarithm from {FaceEmbedding.MinLogVariance} to {FaceEmbedding.MaxLogVariance}");
    }

    /// <summary>Checks a face's one variance.</summary>
    public static void CheckVariance(float variance, string name)
    {
        if (!(variance > 0 && float.IsFinite(variance)))
            throw new ArgumentException($"{name} is {variance}; it must be positive and finite", name);
    }

    /// <summary>Checks that two faces have the same D.</summary>
    public static void SameLength(int first, int second)
    {
        if (first != second) throw new ArgumentException($"the two faces have {first} and {second} dimensions; a score needs the same " +
            "number", nameof(second));
    }

    /// <summary>Whether the fast kernels can take a checked face, and its range of variances.</summary>
    public static bool FitsKernels(ReadOnlySpan<float> mu, ReadOnlySpan<float> variance, out VarianceRange range)
    {
        range = new VarianceRange(TensorPrimitives.Min(variance), TensorPrimitives.Max(variance));
        return range.FitsKernels && MathF.Abs(TensorPrimitives.MaxMagnitude(mu)) <= VarianceScale.MaxMean;
    }

    private static void Refuse(ReadOnlySpan<float> values, Func<float, bool> isGood, string name, string wanted)
    {
        for (var i = 0; i < values.Length; i++)
            if (!isGood(values[i])) throw new ArgumentException($"{name}[{i}] is {values[i]}; it must be {wanted}", name);
    }
}
