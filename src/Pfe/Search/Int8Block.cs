using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Search;

/// <summary>
/// 16 faces in 8 bits for the shortlist: pair of dimensions after pair of dimensions, 16 x 2 means; then a face's step (what 1 stands for),
/// its squared length and its one variance, 16 of each. Scored by the shared-variance form.
/// </summary>
internal static unsafe class Int8Block
{
    private const int Lanes = FaceBlocks.Lanes;

    public static long BytesOf(int dimension) => FaceBlocks.Pad(dimension) * Lanes + 3 * Lanes * sizeof(float);

    /// <summary>Puts a face into a lane of a zeroed block.</summary>
    public static void Write(byte* block, int lane, ReadOnlySpan<float> mu, ReadOnlySpan<float> variance)
    {
        var step = MathF.Abs(TensorPrimitives.MaxMagnitude(mu)) / 127;
        if (step == 0) step = 1;
        for (var l = 0; l < mu.Length; l++) ((sbyte*)block)[l / 2 * 32 + lane * 2 + l % 2] = (sbyte)MathF.Round(mu[l] / step);
        Facts(block, mu.Length)[lane] = step;
        Facts(block, mu.Length)[Lanes + lane] = TensorPrimitives.SumOfSquares(mu);
        Facts(block, mu.Length)[2 * Lanes + lane] = Scoring.SharedVariance.Of(variance);
    }

    /// <summary>Gives an empty lane a variance, so that its score is a number.</summary>
    public static void Pad(byte* block, int lane, int dimension) => Facts(block, dimension)[2 * Lanes + lane] = 1;

    /// <summary>Approximate scores of 16 faces, up to a constant that is the same for all.</summary>
    public static void Score(byte* block, Int8Query probe, Span<float> scores)
    {
        var dots = stackalloc int[Lanes];
        fixed (short* values = probe.Values) SimdPath.Kernels.ShortDots((sbyte*)block, values, probe.Values.Length, dots);
        var facts = Facts(block, probe.Dimension);
        for (var lane = 0; lane < Lanes; lane += 4)
        {
            var dot = Vector128.ConvertToSingle(Vector128.Load(dots + lane))
                * (Vector128.Load(facts + lane) * Vector128.Create(probe.Step));
            var variance = Vector128.Load(facts + 2 * Lanes + lane) + Vector128.Create(probe.Variance);
            var squared = Vector128.Max(
                Vector128.Load(facts + Lanes + lane) + Vector128.Create(probe.Squared) - (dot + dot), Vector128<float>.Zero);
            var score = squared / variance + Vector128.Create((float)probe.Dimension) * Vector128.Log(variance);
            (score * Vector128.Create(-0.5f)).CopyTo(scores[lane..]);
        }
    }

    private static float* Facts(byte* block, int dimension) => (float*)(block + FaceBlocks.Pad(dimension) * Lanes);
}

/// <summary>A probe for the shortlist: whole numbers of up to 14 bits, fewer where products could leave 32 bits.</summary>
internal sealed class Int8Query
{
    public Int8Query(ReadOnlySpan<float> mu, ReadOnlySpan<float> variance)
    {
        Dimension = mu.Length;
        Values = new short[FaceBlocks.Pad(mu.Length)];
        var largest = Math.Min(8191, int.MaxValue / 127 / Values.Length);
        Step = MathF.Abs(TensorPrimitives.MaxMagnitude(mu)) / largest;
        if (Step == 0) Step = 1;
        for (var l = 0; l < mu.Length; l++) Values[l] = (short)MathF.Round(mu[l] / Step);
        (Squared, Variance) = (TensorPrimitives.SumOfSquares(mu), Scoring.SharedVariance.Of(variance));
    }

    public int Dimension { get; }

    public short[] Values { get; }

    public float Step { get; }

    public float Squared { get; }

    public float Variance { get; }
}
