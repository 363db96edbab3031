using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pfe.Scoring.Kernels;

/// <summary>256-bit vectors (AVX2): a block of 16 faces is done in two halves; with 16 registers, two probes a pass.</summary>
internal sealed unsafe class Kernels256 : IKernels
{
    private const int PageSize = 4096;

    public string Name => "256";

    public void FourProbes(byte* block, BlockStore store, float* probes, int dimensions, int period, float* sums, Prefetch ahead)
    {
        for (var half = 0; half < 16; half += 8)
            for (var probe = 0; probe < 4; probe += 2)
            {
                if (store == BlockStore.Float32)
                    TwoProbes<Float32>(block, half, probes + probe * 4, dimensions, period, sums + probe * RunningSums.Length + half,
                    ahead);
                else TwoProbes<Int16>(block, half, probes + probe * 4, dimensions, period, sums + probe * RunningSums.Length + half, ahead);
                ahead = default;
            }
    }

    public void OneProbe(byte* block, BlockStore store, float* probe, int step, int dimensions, int period, float* sums)
    {
        if (store == BlockStore.Float32) OneProbe<Float32>(block, probe, step, dimensions, period, sums);
        else OneProbe<Int16>(block, probe, step, dimensions, period, sums);
    }

    [MethodImpl(KernelMethod.NoInlining)]
    public void Scores(float* sums, int count, ScoreFormula formula, float* scores)
    {
        for (; count > 0; count--, sums += RunningSums.Length, scores += 16)
        {
            new Lanes(sums).Score(formula).Store(scores);
            new Lanes(sums + 8).Score(formula).Store(scores + 8);
        }
    }

    [MethodImpl(KernelMethod.NoInlining)]
    private static void TwoProbes<TStore>(byte* block, int half, float* probes, int dimensions, int period, float* sums, Prefetch ahead)
        where TStore : struct, IStore
    {
        Lanes a = new(sums), b = new(sums + RunningSums.Length);
        var groups = dimensions / (2 * period);
        for (var group = groups; group > 0; group--)
        {
            for (var pair = period; pair > 0; pair--)
            {
                ahead.Next();
                TStore.Load(block, half, out var mean1, out var variance1);
                TStore.Load(block + TStore.Bytes, half, out var mean2, out var variance2);
                a.Add(mean1, variance1, mean2, variance2, probes);
                b.Add(mean1, variance1, mean2, variance2, probes + 4);
                block += 2 * TStore.Bytes;
                probes += 16;
            }
            a.Renormalise();
            b.Renormalise();
        }
        a.Save(sums, groups);
        b.Save(sums + RunningSums.Length, groups);
    }

    // Both halves at once: each line of memory is read once.
    [MethodImpl(KernelMethod.NoInlining)]
    private static void OneProbe<TStore>(byte* block, float* probe, int step, int dimensions, int period, float* sums) where TStore
        : struct, IStore
    {
        Lanes low = new(sums), high = new(sums + 8);
        var groups = dimensions / (2 * period);
        for (var group = groups; group > 0; group--)
        {
            for (var pair = period; pair > 0; pair--)
            {
                // The processor's own prefetching ends at the page. What is read once need not push others out of the outer caches.
                for (var line = 0; line < 2 * TStore.Bytes; line += 64) Sse.PrefetchNonTemporal(block + PageSize + line);
                TStore.Load(block, 0, out var mean1, out var variance1);
                TStore.Load(block + TStore.Bytes, 0, out var mean2, out var variance2);
                low.Add(mean1, variance1, mean2, variance2, probe);
                TStore.Load(block, 8, out mean1, out variance1);
                TStore.Load(block + TStore.Bytes, 8, out mean2, out variance2);
                high.Add(mean1, variance1, mean2, variance2, probe);
                block += 2 * TStore.Bytes;
                probe += step;
            }
            low.Renormalise();
            high.Renormalise();
        }
        low.Save(sums, groups);
        high.Save(sums + 8, groups);
    }

    [MethodImpl(KernelMethod.NoInlining)]
    public (float S, float L) PairSums(float* first, float* second, int dimensions, int period)
    {
        var lanes = Lanes.Zero;
        float* variance1 = first + dimensions, variance2 = second + dimensions;
        var (left, renormalised) = (period, 0);
        for (var at = 0; at < dimensions; at += 16)
        {
            lanes.Add(
                Vector256.Load(first + at) - Vector256.Load(second + at), Vector256.Load(variance1 + at) + Vector256.Load(variance2 + at),
                Vector256.Load(first + at + 8) - Vector256.Load(second + at + 8), Vector256.Load(variance1 + at + 8) +
                    Vector256.Load(variance2 + at + 8));
            if (--left > 0) continue;
            lanes.Renormalise();
            (left, renormalised) = (period, renormalised + 1);
        }
        lanes.Renormalise();
        return lanes.Sum(renormalised + 1);
    }

    public void Dots(float* panel, float* block1, float* block2, int dimensions, float* dots, Prefetch ahead)
    {
        for (var probe = 0; probe < 8; probe += 4)
        {
            Dots(panel + probe, block1, dimensions, dots + probe * 32, ahead);
            ahead = default;
            Dots(panel + probe, block2, dimensions, dots + probe * 32 + 16, ahead);
        }
    }

    [MethodImpl(KernelMethod.NoInlining)]
    private static void Dots(float* panel, float* block, int dimensions, float* dots, Prefetch ahead)
    {
        Vector256<float> a1 = Vector256.Load(dots), a2 = Vector256.Load(dots + 8), b1 = Vector256.Load(dots + 32),
            b2 = Vector256.Load(dots + 40);
        Vector256<float> c1 = Vector256.Load(dots + 64), c2 = Vector256.Load(dots + 72), d1 = Vector256.Load(dots + 96),
            d2 = Vector256.Load(dots + 104);
        for (var l = dimensions; l > 0; l--)
        {
            ahead.Next();
            Vector256<float> low = Vector256.Load(block), high = Vector256.Load(block + 8);
            (a1, a2) = Accumulate(panel, low, high, a1, a2);
            (b1, b2) = Accumulate(panel + 1, low, high, b1, b2);
            (c1, c2) = Accumulate(panel + 2, low, high, c1, c2);
            (d1, d2) = Accumulate(panel + 3, low, high, d1, d2);
            panel += 8;
            block += 16;
        }
        Store(dots, a1, a2);
        Store(dots + 32, b1, b2);
        Store(dots + 64, c1, c2);
        Store(dots + 96, d1, d2);
    }

    [MethodImpl(KernelMethod.NoInlining)]
    public void SharedScores(float* dots, float* squared, float* variance, ReadOnlySpan<SharedFormula> probes)
    {
        foreach (var probe in probes)
            for (var face = 0; face < 32; face += Vector256<float>.Count, dots += Vector256<float>.Count)
            {
                var distance = Vector256.Max(
                    Vector256.Load(squared + face) + Vector256.Create(probe.Squared) - Vector256.Load(dots) * 2, Vector256<float>.Zero);
                var sum = Vector256.Load(variance + face) + Vector256.Create(probe.Variance);
                (distance * -0.5f / sum + (Vector256.Create(probe.L) * Vector256.Log(sum) + Vector256.Create(probe.C))).Store(dots);
            }
    }

    [MethodImpl(KernelMethod.NoInlining)]
    public void ShortDots(sbyte* block, short* probe, int dimensions, int* dots)
    {
        Vector256<int> low = default, high = default;
        for (var l = 0; l < dimensions; l += 2)
        {
            var values = Vector256.Create(*(int*)probe).AsInt16();
            low += Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(Vector128.Load(block)), values);
            high += Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(Vector128.Load(block + 16)), values);
            block += 32;
            probe += 2;
        }
        low.Store(dots);
        high.Store(dots + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Low, Vector256<float> High) Accumulate(
        float* probe, Vector256<float> low, Vector256<float> high, Vector256<float> sum1, Vector256<float> sum2)
    {
        var value = Vector256.Create(*probe);
        return (Vector256.MultiplyAddEstimate(low, value, sum1), Vector256.MultiplyAddEstimate(high, value, sum2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* dots, Vector256<float> low, Vector256<float> high)
    {
        low.Store(dots);
        high.Store(dots + 8);
    }

    private interface IStore
    {
        static abstract int Bytes { get; }

        static abstract void Load(byte* at, int half, out Vector256<float> mean, out Vector256<float> variance);
    }

    private readonly struct Float32 : IStore
    {
        public static int Bytes => 128;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Load(byte* at, int half, out Vector256<float> mean, out Vector256<float> variance) =>
            (mean, variance) = (Vector256.Load((float*)at + half), Vector256.Load((float*)at + 16 + half));
    }

    private readonly struct Int16 : IStore
    {
        public static int Bytes => 64;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Load(byte* at, int half, out Vector256<float> mean, out Vector256<float> variance)
        {
            mean = Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(Vector128.Load((short*)at + half)));
            var bits = Avx2.ConvertToVector256Int32(Vector128.Load((ushort*)at + 16 + half));
            variance = ((bits << UFloat16E5M11.Shift) + Vector256.Create(UFloat16E5M11.Base)).AsSingle();
        }
    }

    /// <summary>The running sums of one probe against 8 faces.</summary>
    private struct Lanes
    {
        private Vector256<float> _sum;
        private Vector256<float> _total;
        private Vector256<float> _product;
        private Vector256<int> _exponent;

        public static Lanes Zero => new() { _product = Vector256<float>.One };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Lanes(float* sums)
        {
            _total = Vector256.Load(sums);
            _product = (Vector256.Load((int*)sums + RunningSums.Fraction) | Vector256.Create(RunningSums.One)).AsSingle();
            _exponent = Vector256.Load((int*)sums + RunningSums.Exponent);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector256<float> mean1, Vector256<float> variance1, Vector256<float> mean2, Vector256<float> variance2,
            float* probe) => Add(
            mean1 - Vector256.Create(probe[0]), variance1 + Vector256.Create(probe[1]),
            mean2 - Vector256.Create(probe[2]), variance2 + Vector256.Create(probe[3]));

        /// <inheritdoc cref="Kernels512"/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector256<float> d1, Vector256<float> t1, Vector256<float> d2, Vector256<float> t2)
        {
            var product = t1 * t2;
            _sum += Vector256.MultiplyAddEstimate(d1 * d1, t2, d2 * d2 * t1) / product;
            _product *= product;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Renormalise()
        {
            var bits = _product.AsInt32();
            _exponent += bits >> 23;
            _product = ((bits & Vector256.Create(RunningSums.FractionBits)) | Vector256.Create(RunningSums.One)).AsSingle();
            _total += _sum;
            _sum = default;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Save(float* sums, int renormalised)
        {
            _total.Store(sums);
            (_product.AsInt32() & Vector256.Create(RunningSums.FractionBits)).Store((int*)sums + RunningSums.Fraction);
            (_exponent - Vector256.Create(127 * renormalised)).Store((int*)sums + RunningSums.Exponent);
        }

        public readonly Vector256<float> Score(ScoreFormula formula) => Vector256.Create(formula.S) * _total
            + (Vector256.Create(formula.L) * (Vector256.ConvertToSingle(_exponent) + Vector256.Log2(_product)) +
                Vector256.Create(formula.C));

        public readonly (float S, float L) Sum(int renormalised)
        {
            var half = _product.GetLower() * _product.GetUpper();
            var mantissas = half[0] * half[1] * (half[2] * half[3]);
            return (Vector256.Sum(_total), Vector256.Sum(_exponent) - 8 * 127 * renormalised + MathF.Log2(mantissas));
        }
    }
}
