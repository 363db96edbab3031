using System.Numerics.Tensors;

namespace Pfe.Scoring;

/// <summary>Sums of single-precision values, taken in double precision.</summary>
internal static class DoubleSum
{
    private const int Chunk = 512;

    /// <summary>Their sum.</summary>
    public static double Of(ReadOnlySpan<float> values) => Total(values, static wide => TensorPrimitives.Sum(wide));

    /// <summary>The sum of their squares.</summary>
    public static double OfSquares(ReadOnlySpan<float> values) => Total(values, static wide => TensorPrimitives.SumOfSquares(wide));

    private static double Total(ReadOnlySpan<float> values, Func<ReadOnlySpan<double>, double> sum)
    {
        Span<double> wide = stackalloc double[Math.Min(Chunk, values.Length)];
        var total = 0.0;
        while (!values.IsEmpty)
        {
            var count = Math.Min(Chunk, values.Length);
            TensorPrimitives.ConvertChecked(values[..count], wide);
            total += sum(wide[..count]);
            values = values[count..];
        }
        return total;
    }
}
