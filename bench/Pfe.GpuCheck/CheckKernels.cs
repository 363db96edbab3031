using ILGPU;
using Pfe.Gpu.Kernels;
using Pfe.Scoring.Kernels;

namespace Pfe.GpuCheck;

/// <summary>What a scan is fed with.</summary>
internal static class CheckKernels
{
    /// <summary>The scale of what <see cref="Fill"/> makes.</summary>
    public static VarianceScale Scale { get; } = new(4);

    /// <summary>16-bit blocks of pseudo-random faces: means up to 0.06, variances from 0.0004 to 0.008.</summary>
    public static void Fill(ArrayView<Quad> values, int seed)
    {
        long step = (long)Grid.DimX * Group.DimX;
        for (long at = (long)Grid.IdxX * Group.DimX + Group.IdxX; at < values.Length; at += step)
        {
            var isMean = at % 4 < 2;
            values[at] = new Quad
            {
                A = Value(4 * at, seed, isMean), B = Value(4 * at + 1, seed, isMean), C = Value(4 * at + 2, seed, isMean),
                D = Value(4 * at + 3, seed, isMean),
            };
        }
    }

    private static uint Value(long at, int seed, bool isMean)
    {
        var hash = Hash((ulong)at + (ulong)seed * 0x9e3779b97f4a7c15UL);
        uint meanLow = (hash & 0xfff) - 0x800, meanHigh = ((hash >> 12) & 0xfff) - 0x800;
        uint varianceLow = 26_384 + (hash & 0x1fff), varianceHigh = 26_384 + ((hash >> 13) & 0x1fff);
        return isMean ? (meanLow & 0xffff) | (meanHigh << 16) : varianceLow | (varianceHigh << 16);
    }

    private static uint Hash(ulong x)
    {
        x ^= x >> 33;
        x *= 0xff51afd7ed558ccdUL;
        x ^= x >> 33;
        x *= 0xc4ceb9fe1a85ec53UL;
        x ^= x >> 33;
        return (uint)x;
    }
}
