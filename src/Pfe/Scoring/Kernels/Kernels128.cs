using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pfe.Scoring.Kernels;

/// <summary>128-bit vectors (Arm's AdvSimd, SSE): a block of 16 faces is done four at a time, two fours together. Portable operations
/// only.</summary>
internal sealed unsafe class Kernels128 : IKernels
{
    public string Name => "128";

    public void FourProbes(byte* block, BlockStore store, float* probes, int dimensions, int period, float* sums, Prefetch ahead)
    {
        for (var probe = 0; probe < 4; probe++)
            OneProbe(block, store, probes + probe * 4, 16, dimensions, period, sums + probe * RunningSums.Length);
    }

    public void OneProbe(byte* block, BlockStore store, float* probe, int step, int dimensions, int period, float* sums)
    {
        for (var half = 0; half < 16; half += 8)
            if (store == BlockStore.Float32) Half<Float32>(block, half, probe, step, dimensions, period, sums + half);
            else Half<Int16>(block, half, probe, step, dimensions, period, sums + half);
    }

    [MethodImpl(KernelMethod.NoInlining)]
    public void Scores(float* sums, int count, ScoreFormula formula, float* scores)
    {
        for (; count > 0; count--, sums += RunningSums.Length, scores += 16)
            for (var quarter = 0; quarter < 16; quarter += 4) new Lanes(sums + quarter).Score(formula).Store(scores + quarter);
    }

    [MethodImpl(KernelMethod.NoInlining)]
    private static void Half<TStore>(byte* block, int half, float* probe, int step, int dimensions, int period, float* sums) where TStore
        : struct, IStore
    {
        Lanes low = new(sums), high = new(sums + 4);
        var groups = dimensions / (2 * period);
        for (var group = groups; group > 0; group--)
        {
            for (var pair = period; pair > 0; pair--)
            {
                Vector128<float> mean1 = Vector128.Create(probe[0]), variance1 = Vector128.Create(probe[1]),
                    mean2 = Vector128.Create(probe[2]), variance2 = Vector128.Create(probe[3]);
                low.Add<TStore>(block, half, mean1, variance1, mean2, variance2);
                high.Add<TStore>(block, half + 4, mean1, variance1, mean2, variance2);
                block += 2 * TStore.Bytes;
                probe += step;
            }
            low.Renormalise();
            high.Renormalise();
        }
        low.Save(sums, groups);
        high.Save(sums + 4, groups);
    }

    [MethodImpl(KernelMethod.NoInlining)]
    public (float S, float L) PairSums(float* first, float* second, int dimensions, int period)
    {
        var lanes = Lanes.Zero;
        float* variance1 = first + dimensions, variance2 = second + dimensions;
        var (left, renormalised) = (period, 0);
        for (var at = 0; at < dimensions; at += 8)
        {
            lanes.Add(
                Vector128.Load(first + at) - Vector128.Load(second + at), Vector128.Load(variance1 + at) + Vector128.Load(variance2 + at),
                Vector128.Load(first + at + 4) - Vector128.Load(second + at + 4), Vector128.Load(variance1 + at + 4) +
                    Vector128.Load(variance2 + at + 4));
            if (--left > 0) continue;
            lanes.Renormalise();
            (left, renormalised) = (period, renormalised + 1);
        }
        lanes.Renormalise();
        return lanes.Sum(renormalised + 1);
    }

    public void Dots(float* panel, float* block1, float* block2, int dimensions, float* dots, Prefetch ahead)
    {
        for (var probe = 0; probe < 8; probe += 2)
            for (var quarters = 0; quarters < 16; quarters += 8)
            {
                Dots(panel + probe, block1 + quarters, dimensions, dots + probe * 32 + quarters);
                Dots(panel + probe, block2 + quarters, dimensions, dots + probe * 32 + 16 + quarters);
            }
    }

    [MethodImpl(KernelMethod.NoInlining)]
    private static void Dots(float* panel, float* block, int dimensions, float* dots)
    {
        Vector128<float> a1 = Vector128.Load(dots), a2 = Vector128.Load(dots + 4), b1 = Vector128.Load(dots + 32),
            b2 = Vector128.Load(dots + 36);
        for (var l = dimensions; l > 0; l--)
        {
            Vector128<float> low = Vector128.Load(block), high = Vector128.Load(block + 4);
            Vector128<float> a = Vector128.Create(panel[0]), b = Vector128.Create(panel[1]);
            (a1, a2) = (Vector128.MultiplyAddEstimate(low, a, a1), Vector128.MultiplyAddEstimate(high, a, a2));
            (b1, b2) = (Vector128.MultiplyAddEstimate(low, b, b1), Vector128.MultiplyAddEstimate(high, b, b2));
            panel += 8;
            block += 16;
        }
        a1.Store(dots);
        a2.Store(dots + 4);
        b1.Store(dots + 32);
        b2.Store(dots + 36);
    }

    [MethodImpl(KernelMethod.NoInlining)]
    public void SharedScores(float* dots, float* squared, float* variance, ReadOnlySpan<SharedFormula> probes)
    {
        foreach (var probe in probes)
            for (var face = 0; face < 32; face += Vector128<float>.Count, dots += Vector128<float>.Count)
            {
                var distance = Vector128.Max(
                    Vector128.Load(squared + face) + Vector128.Create(probe.Squared) - Vector128.Load(dots) * 2, Vector128<float>.Zero);
                var sum = Vector128.Load(variance + face) + Vector128.Create(probe.Variance);
                (distance * -0.5f / sum + (Vector128.Create(probe.L) * Vector128.Log(sum) + Vector128.Create(probe.C))).Store(dots);
            }
    }

    [MethodImpl(KernelMethod.NoInlining)]
    public void ShortDots(sbyte* block, short* probe, int dimensions, int* dots)
    {
        for (var quarter = 0; quarter < 16; quarter += 4)
        {
            var sum = Vector128<int>.Zero;
            for (var l = 0; l < dimensions; l += 2)
            {
                // 4 faces x 2 dimensions: the first dimension in the low, the second in the high half of each 32-bit lane.
                var faces = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)(block + l * 16 + quarter * 2)).AsSByte()).AsInt32();
                sum += ((faces << 16) >> 16) * probe[l] + (faces >> 16) * probe[l + 1];
            }
            sum.Store(dots + quarter);
        }
    }

    private interface IStore
    {
        static abstract int Bytes { get; }

        static abstract void Load(byte* at, int quarter, out Vector128<float> mean, out Vector128<float> variance);
    }

    private readonly struct Float32 : IStore
    {
        public static int Bytes => 128;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Load(byte* at, int quarter, out Vector128<float> mean, out Vector128<float> variance) =>
            (mean, variance) = (Vector128.Load((float*)at + quarter), Vector128.Load((float*)at + 16 + quarter));
    }

    private readonly struct Int16 : IStore
    {
        public static int Bytes => 64;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Load(byte* at, int quarter, out Vector128<float> mean, out Vector128<float> variance)
        {
            mean = Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)((short*)at + quarter)).AsInt16()));
            var bits = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)((ushort*)at + 16 + quarter)).AsUInt16()).AsInt32();
            variance = ((bits << UFloat16E5M11.Shift) + Vector128.Create(UFloat16E5M11.Base)).AsSingle();
        }
    }

    /// <summary>The running sums of one probe against 4 faces.</summary>
    private struct Lanes
    {
        private Vector128<float> _sum;
        private Vector128<float> _total;
        private Vector128<float> _product;
        private Vector128<int> _exponent;

        public static Lanes Zero => new() { _product = Vector128<float>.One };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Lanes(float* sums)
        {
            _total = Vector128.Load(sums);
            _product = (Vector128.Load((int*)sums + RunningSums.Fraction) | Vector128.Create(RunningSums.One)).AsSingle();
            _exponent = Vector128.Load((int*)sums + RunningSums.Exponent);
        }

        /// <summary>Two dimensions of four faces against a probe's.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add<TStore>(byte* block, int quarter, Vector128<float> mean1, Vector128<float> variance1, Vector128<float> mean2,
            Vector128<float> variance2) where TStore : struct, IStore
        {
            TStore.Load(block, quarter, out var faceMean1, out var faceVariance1);
            TStore.Load(block + TStore.Bytes, quarter, out var faceMean2, out var faceVariance2);
            Add(faceMean1 - mean1, faceVariance1 + variance1, faceMean2 - mean2, faceVariance2 + variance2);
        }

        /// <inheritdoc cref="Kernels512"/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector128<float> d1, Vector128<float> t1, Vector128<float> d2, Vector128<float> t2)
        {
            var product = t1 * t2;
            _sum += Vector128.MultiplyAddEstimate(d1 * d1, t2, d2 * d2 * t1) / product;
            _product *= product;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Renormalise()
        {
            var bits = _product.AsInt32();
            _exponent += bits >> 23;
            _product = ((bits & Vector128.Create(RunningSums.FractionBits)) | Vector128.Create(RunningSums.One)).AsSingle();
            _total += _sum;
            _sum = default;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Save(float* sums, int renormalised)
        {
            _total.Store(sums);
            (_product.AsInt32() & Vector128.Create(RunningSums.FractionBits)).Store((int*)sums + RunningSums.Fraction);
            (_exponent - Vector128.Create(127 * renormalised)).Store((int*)sums + RunningSums.Exponent);
        }

        public readonly Vector128<float> Score(ScoreFormula formula) => Vector128.Create(formula.S) * _total
            + (Vector128.Create(formula.L) * (Vector128.ConvertToSingle(_exponent) + Vector128.Log2(_product)) +
                Vector128.Create(formula.C));

        public readonly (float S, float L) Sum(int renormalised)
        {
            var mantissas = _product[0] * _product[1] * (_product[2] * _product[3]);
            return (Vector128.Sum(_total), Vector128.Sum(_exponent) - 4 * 127 * renormalised + MathF.Log2(mantissas));
        }
    }
}
