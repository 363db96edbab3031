using System.Numerics.Tensors;
using Pfe.Calibration;

namespace Pfe.Vision;

/// <summary>
/// A face and its mirror image as one: the mean of both embeddings brought back to unit length, sigma^2 and the trust head's numbers the
/// mean of both. The two are views of one photograph and not two photographs: fusing them by precision would halve sigma^2 for nothing.
/// </summary>
internal static class MirrorAverage
{
    /// <summary>Every image mirrored left to right.</summary>
    /// <param name="images">count x 3 x height x width values.</param>
    /// <param name="mirrored">As many values, filled.</param>
    /// <param name="width">Pixels a row.</param>
    public static void Mirror(ReadOnlySpan<float> images, Span<float> mirrored, int width)
    {
        images.CopyTo(mirrored);
        for (var row = 0; row < mirrored.Length; row += width) mirrored.Slice(row, width).Reverse();
    }

    /// <summary>Takes the mirror images' embeddings into those of the images.</summary>
    /// <param name="mu">count x D values: of the images, then of both.</param>
    /// <param name="logVariance">count x D values: of the images, then of both.</param>
    /// <param name="mirroredMu">Of the mirror images.</param>
    /// <param name="mirroredLogVariance">Of the mirror images.</param>
    /// <param name="dimension">D.</param>
    public static void Combine(Span<float> mu, Span<float> logVariance, ReadOnlySpan<float> mirroredMu,
        ReadOnlySpan<float> mirroredLogVariance, int dimension)
    {
        TensorPrimitives.Add(mu, mirroredMu, mu);
        for (var row = 0; row < mu.Length; row += dimension)
        {
            var one = mu.Slice(row, dimension);
            // A face that is the opposite of its mirror image has no direction; NaN is refused as any other unusable embedding.
            TensorPrimitives.Divide(one, TensorPrimitives.Norm<float>(one), one);
        }
        // The mean of e^a and e^b is e^m cosh((a - b) / 2), m the mean of a and b: nothing overflows on the way.
        for (var i = 0; i < logVariance.Length; i++)
        {
            var half = (logVariance[i] - mirroredLogVariance[i]) / 2;
            logVariance[i] -= half - MathF.Log(MathF.Cosh(half));
        }
    }

    /// <summary>The mean of two faces' trust.</summary>
    public static FaceTrust Mean(FaceTrust one, FaceTrust other) =>
        new((one.Reliability + other.Reliability) / 2, (one.Collision + other.Collision) / 2);
}
