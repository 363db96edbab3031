using System.Numerics.Tensors;
using Pfe.Scoring;
using Pfe.Scoring.Kernels;

namespace Pfe.Search;

/// <summary>What an index can hold: every face passes here before the first byte is written.</summary>
internal sealed class FaceAdmission(BlockStore store, VarianceScale scale, bool normalise)
{
    /// <summary>
    /// How far from 1 the length of a mean may be: 16-bit networks and stores round it, an embedding that was never normalised is far away.
    /// </summary>
    public const double LengthTolerance = 0.01;

    /// <summary>Checks one face and copies its mean, brought to unit length if that is wanted.</summary>
    /// <param name="name">How an error names the face.</param>
    /// <param name="mu">The mean, finite.</param>
    /// <param name="variance">Sigma squared, positive and finite.</param>
    /// <param name="admitted">D values to fill: the mean as the index holds it.</param>
    /// <returns>The face's variances.</returns>
    /// <exception cref="PfeException">The index cannot hold the face; names it and the value.</exception>
    public VarianceRange Admit(Func<string> name, ReadOnlySpan<float> mu, ReadOnlySpan<float> variance, Span<float> admitted)
    {
        mu.CopyTo(admitted);
        var length = Math.Sqrt(DoubleSum.OfSquares(mu));
        if (length == 0) throw new PfeException($"{name()} has a mean of length 0, which is no direction; an index holds unit means");
        if (normalise) UnitLength.Normalise(admitted);
        else if (Math.Abs(length - 1) > LengthTolerance)
            throw new PfeException($"{name()} has a mean of length {(float)length}; an index holds means of length 1: normalise it");
        var range = new VarianceRange(TensorPrimitives.Min(variance), TensorPrimitives.Max(variance));
        if (!range.FitsKernels || scale.Period(range, range) == 0)
            throw Refuse(name, range, VarianceScale.MinVariance, VarianceScale.MaxVariance, "an index");
        if (store != BlockStore.Int16) return range;
        var (low, high) = (UFloat16E5M11.Min / scale.Variance, UFloat16E5M11.Max / scale.Variance);
        return range.Min >= low && range.Max <= high ? range : throw Refuse(name, range, low, high, "this 16-bit index");
    }

    private PfeException Refuse(Func<string> name, VarianceRange own, float low, float high, string what) => new(
        $"{name()} has variances from {own.Min} to {own.Max}; {what} holds variances from {low} to {high}"
        + (store == BlockStore.Int16 ? "; a float32 index holds more" : ""));
}
