using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pfe.Scoring.Kernels;

/// <summary>512-bit vectors (AVX-512): one register holds a dimension of all 16 faces of a block.</summary>
internal sealed unsafe class Kernels512 : IKernels
{
    public string Name => "512";

    public void FourProbes(byte* block, BlockStore store, float* probes, int dimensions, int period, float* sums, Prefetch ahead)
    {
        if (store == BlockStore.Float32) FourProbes<Float32>(block, probes, dimensions, period, sums, ahead);
        else FourProbes<Int16>(block, probes, dimensions, period, sums, ahead);
    }

    public void OneProbe(byte* block, BlockStore store, float* probe, int step, int dimensions, int period, float* sums)
    {
        if (store == BlockStore.Float32) OneProbe<Float32>(block, probe, step, dimensions, period, sums);
        else OneProbe<Int16>(block, probe, step, dimensions, period, sums);
    }

    public void FourBlocks(byte* block, long apart, BlockStore store, float* probe, int step, int dimensions, int period, float* sums)
    {
        if (store == BlockStore.Float32) FourBlocks<Float32>(block, apart, probe, step, dimensions, period, sums);
        else FourBlocks<Int16>(block, apart, probe, step, dimensions, period, sums);
    }

    [MethodImpl(KernelMethod.NoInlining)]
    public void Scores(float* sums, int count, ScoreFormula formula, float* scores)
    {
        for (; count > 0; count--, sums += RunningSums.Length, scores += 16) new Lanes(sums).Score(formula).Store(scores);
    }

    [MethodImpl(KernelMethod.NoInlining)]
    private static void FourProbes<TStore>(byte* block, float* probes, int dimensions, int period, float* sums, Prefetch ahead) where TStore
        : struct, IStore
    {
        Lanes a = new(sums), b = new(sums + RunningSums.Length), c = new(sums + 2 * RunningSums.Length),
            d = new(sums + 3 * RunningSums.Length);
        var groups = dimensions / (2 * period);
        for (var group = groups; group > 0; group--)
        {
            for (var pair = period; pair > 0; pair--)
            {
                ahead.Next();
                TStore.Load(block, out var mean1, out var variance1);
                TStore.Load(block + TStore.Bytes, out var mean2, out var variance2);
                a.Add(mean1, variance1, mean2, variance2, probes);
                b.Add(mean1, variance1, mean2, variance2, probes + 4);
                c.Add(mean1, variance1, mean2, variance2, probes + 8);
                d.Add(mean1, variance1, mean2, variance2, probes + 12);
                block += 2 * TStore.Bytes;
                probes += 16;
            }
            a.Renormalise();
            b.Renormalise();
            c.Renormalise();
            d.Renormalise();
        }
        a.Save(sums, groups);
        b.Save(sums + RunningSums.Length, groups);
        c.Save(sums + 2 * RunningSums.Length, groups);
        d.Save(sums + 3 * RunningSums.Length, groups);
    }

    [MethodImpl(KernelMethod.NoInlining)]
    private static void OneProbe<TStore>(byte* block, float* probe, int step, int dimensions, int period, float* sums) where TStore
        : struct, IStore
    {
        var lanes = new Lanes(sums);
        var groups = dimensions / (2 * period);
        for (var group = groups; group > 0; group--)
        {
            for (var pair = period; pair > 0; pair--)
            {
                lanes.Add<TStore>(block, probe);
                block += 2 * TStore.Bytes;
                probe += step;
            }
            lanes.Renormalise();
        }
        lanes.Save(sums, groups);
    }

    [MethodImpl(KernelMethod.NoInlining)]
    private static void FourBlocks<TStore>(byte* block, long apart, float* probe, int step, int dimensions, int period, float* sums)
        where TStore : struct, IStore
    {
        Lanes a = new(sums), b = new(sums + RunningSums.Length), c = new(sums + 2 * RunningSums.Length),
            d = new(sums + 3 * RunningSums.Length);
        byte* block2 = block + apart, block3 = block2 + apart, block4 = block3 + apart;
        var groups = dimensions / (2 * period);
        for (var group = groups; group > 0; group--)
        {
            for (var pair = period; pair > 0; pair--)
            {
                a.Add<TStore>(block, probe);
                b.Add<TStore>(block2, probe);
                c.Add<TStore>(block3, probe);
                d.Add<TStore>(block4, probe);
                block += 2 * TStore.Bytes;
                block2 += 2 * TStore.Bytes;
                block3 += 2 * TStore.Bytes;
                block4 += 2 * TStore.Bytes;
                probe += step;
            }
            a.Renormalise();
            b.Renormalise();
            c.Renormalise();
            d.Renormalise();
        }
        a.Save(sums, groups);
        b.Save(sums + RunningSums.Length, groups);
        c.Save(sums + 2 * RunningSums.Length, groups);
        d.Save(sums + 3 * RunningSums.Length, groups);
    }

    [MethodImpl(KernelMethod.NoInlining)]
    public (float S, float L) PairSums(float* first, float* second, int dimensions, int period)
    {
        var lanes = Lanes.Zero;
        float* variance1 = first + dimensions, variance2 = second + dimensions;
        var (left, renormalised) = (period, 0);
        for (var at = 0; at < dimensions; at += 32)
        {
            lanes.Add(
                Vector512.Load(first + at) - Vector512.Load(second + at), Vector512.Load(variance1 + at) + Vector512.Load(variance2 + at),
                Vector512.Load(first + at + 16) - Vector512.Load(second + at + 16), Vector512.Load(variance1 + at + 16) +
                    Vector512.Load(variance2 + at + 16));
            if (--left > 0) continue;
            lanes.Renormalise();
            (left, renormalised) = (period, renormalised + 1);
        }
        lanes.Renormalise();
        return lanes.Sum(renormalised + 1);
    }

    [MethodImpl(KernelMethod.NoInlining)]
    public void Dots(float* panel, float* block1, float* block2, int dimensions, float* dots, Prefetch ahead)
    {
        Vector512<float> a1 = Vector512.Load(dots), a2 = Vector512.Load(dots + 16), b1 = Vector512.Load(dots + 32),
            b2 = Vector512.Load(dots + 48);
        Vector512<float> c1 = Vector512.Load(dots + 64), c2 = Vector512.Load(dots + 80), d1 = Vector512.Load(dots + 96),
            d2 = Vector512.Load(dots + 112);
        Vector512<float> e1 = Vector512.Load(dots + 128), e2 = Vector512.Load(dots + 144), f1 = Vector512.Load(dots + 160),
            f2 = Vector512.Load(dots + 176);
        Vector512<float> g1 = Vector512.Load(dots + 192), g2 = Vector512.Load(dots + 208), h1 = Vector512.Load(dots + 224),
            h2 = Vector512.Load(dots + 240);
        for (var l = dimensions; l > 0; l--)
        {
            ahead.Next();
            Vector512<float> face1 = Vector512.Load(block1), face2 = Vector512.Load(block2);
            (a1, a2) = Accumulate(panel, face1, face2, a1, a2);
            (b1, b2) = Accumulate(panel + 1, face1, face2, b1, b2);
            (c1, c2) = Accumulate(panel + 2, face1, face2, c1, c2);
            (d1, d2) = Accumulate(panel + 3, face1, face2, d1, d2);
            (e1, e2) = Accumulate(panel + 4, face1, face2, e1, e2);
            (f1, f2) = Accumulate(panel + 5, face1, face2, f1, f2);
            (g1, g2) = Accumulate(panel + 6, face1, face2, g1, g2);
            (h1, h2) = Accumulate(panel + 7, face1, face2, h1, h2);
            panel += 8;
            block1 += 16;
            block2 += 16;
        }
        Store(dots, a1, a2);
        Store(dots + 32, b1, b2);
        Store(dots + 64, c1, c2);
        Store(dots + 96, d1, d2);
        Store(dots + 128, e1, e2);
        Store(dots + 160, f1, f2);
        Store(dots + 192, g1, g2);
        Store(dots + 224, h1, h2);
    }

    [MethodImpl(KernelMethod.NoInlining)]
    public void SharedScores(float* dots, float* squared, float* variance, ReadOnlySpan<SharedFormula> probes)
    {
        foreach (var probe in probes)
            for (var face = 0; face < 32; face += Vector512<float>.Count, dots += Vector512<float>.Count)
            {
                var distance = Vector512.Max(
                    Vector512.Load(squared + face) + Vector512.Create(probe.Squared) - Vector512.Load(dots) * 2, Vector512<float>.Zero);
                var sum = Vector512.Load(variance + face) + Vector512.Create(probe.Variance);
                (distance * -0.5f / sum + Vector512.FusedMultiplyAdd(Vector512.Create(probe.L2), Log2(sum), Vector512.Create(probe.C)))
                    .Store(dots);
            }
    }

    /// <summary>
    /// log2 of normal positive numbers: the exponent, and f Q(f) for the mantissa 1 + f, the best Q of degree 7 on [0, 1] (Remez): within
    /// 2e-7 and the rounding of the sum. Half the time of <see cref="Vector512.Log2(Vector512{float})"/>, which minds zeros, infinities and
    /// NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Log2(Vector512<float> value)
    {
        var f = Avx512F.GetMantissa(value, 0) - Vector512<float>.One;
        var q = Vector512.Create(-0.00930916332f);
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(0.0520590022f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(-0.137521356f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(0.241864786f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(-0.347301096f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(0.47868371f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(-0.721165776f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(1.4426899f));
        return Vector512.FusedMultiplyAdd(q, f, Avx512F.GetExponent(value));
    }

    [MethodImpl(KernelMethod.NoInlining)]
    public void ShortDots(sbyte* block, short* probe, int dimensions, int* dots)
    {
        Vector512<int> sum1 = default, sum2 = default;
        for (var l = 0; l < dimensions; l += 4)
        {
            sum1 += Products(block, (int*)probe);
            sum2 += Products(block + 32, (int*)probe + 1);
            block += 64;
            probe += 4;
        }
        (sum1 + sum2).Store(dots);
    }

    // 16 faces x 2 dimensions, widened to 16 bits, times the probe's two values, added in pairs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Products(sbyte* block, int* probe)
    {
        var faces = Avx512BW.ConvertToVector512Int16(Vector256.Load(block));
        return Avx512BW.MultiplyAddAdjacent(faces, Vector512.Create(*probe).AsInt16());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> First, Vector512<float> Second) Accumulate(
        float* probe, Vector512<float> face1, Vector512<float> face2, Vector512<float> sum1, Vector512<float> sum2)
    {
        var value = Vector512.Create(*probe);
        return (Vector512.FusedMultiplyAdd(face1, value, sum1), Vector512.FusedMultiplyAdd(face2, value, sum2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* dots, Vector512<float> first, Vector512<float> second)
    {
        first.Store(dots);
        second.Store(dots + 16);
    }

    private interface IStore
    {
        static abstract int Bytes { get; }

        /// <summary>How many bytes before its use a cache line is asked for.</summary>
        static abstract int PrefetchDistance { get; }

        static abstract void Load(byte* at, out Vector512<float> mean, out Vector512<float> variance);
    }

    private readonly struct Float32 : IStore
    {
        public static int Bytes => 128;

        public static int PrefetchDistance => 1024;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Load(byte* at, out Vector512<float> mean, out Vector512<float> variance) =>
            (mean, variance) = (Vector512.Load((float*)at), Vector512.Load((float*)at + 16));
    }

    private readonly struct Int16 : IStore
    {
        public static int Bytes => 64;

        public static int PrefetchDistance => 2048;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Load(byte* at, out Vector512<float> mean, out Vector512<float> variance)
        {
            mean = Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector256.Load((short*)at)));
            var bits = Avx512F.ConvertToVector512Int32(Vector256.Load((ushort*)at + 16));
            variance = ((bits << UFloat16E5M11.Shift) + Vector512.Create(UFloat16E5M11.Base)).AsSingle();
        }
    }

    /// <summary>The running sums of one probe against 16 faces.</summary>
    private struct Lanes
    {
        private Vector512<float> _sum;
        private Vector512<float> _total;
        private Vector512<float> _product;
        private Vector512<int> _exponent;

        public static Lanes Zero => new() { _product = Vector512<float>.One };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Lanes(float* sums)
        {
            _total = Vector512.Load(sums);
            _product = (Vector512.Load((int*)sums + RunningSums.Fraction) | Vector512.Create(RunningSums.One)).AsSingle();
            _exponent = Vector512.Load((int*)sums + RunningSums.Exponent);
        }

        /// <summary>Two dimensions as they come from memory, what follows them prefetched: what is read once need not push other data out
        /// of the outer caches.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add<TStore>(byte* block, float* probe) where TStore : struct, IStore
        {
            for (var line = 0; line < 2 * TStore.Bytes; line += 64) Sse.PrefetchNonTemporal(block + TStore.PrefetchDistance + line);
            TStore.Load(block, out var mean1, out var variance1);
            TStore.Load(block + TStore.Bytes, out var mean2, out var variance2);
            Add(mean1, variance1, mean2, variance2, probe);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector512<float> mean1, Vector512<float> variance1, Vector512<float> mean2, Vector512<float> variance2,
            float* probe) => Add(
            mean1 - Vector512.Create(probe[0]), variance1 + Vector512.Create(probe[1]),
            mean2 - Vector512.Create(probe[2]), variance2 + Vector512.Create(probe[3]));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector512<float> d1, Vector512<float> t1, Vector512<float> d2, Vector512<float> t2)
        {
            // d1^2 / t1 + d2^2 / t2 with one division.
            var product = t1 * t2;
            _sum += Vector512.FusedMultiplyAdd(d1 * d1, t2, d2 * d2 * t1) / product;
            _product *= product;
        }

        /// <summary>Moves the product's exponent into the integer sum and closes a partial sum, which keeps the rounding error of long sums
        /// small.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Renormalise()
        {
            var bits = _product.AsInt32();
            _exponent += bits >> 23;
            _product = Vector512.ConditionalSelect(Vector512.Create(RunningSums.FractionBits), bits, Vector512.Create(RunningSums.One))
                .AsSingle();
            _total += _sum;
            _sum = default;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Save(float* sums, int renormalised)
        {
            _total.Store(sums);
            (_product.AsInt32() & Vector512.Create(RunningSums.FractionBits)).Store((int*)sums + RunningSums.Fraction);
            (_exponent - Vector512.Create(127 * renormalised)).Store((int*)sums + RunningSums.Exponent);
        }

        public readonly Vector512<float> Score(ScoreFormula formula) => Vector512.Create(formula.S) * _total
            + (Vector512.Create(formula.L) * (Vector512.ConvertToSingle(_exponent) + Vector512.Log2(_product)) +
                Vector512.Create(formula.C));

        public readonly (float S, float L) Sum(int renormalised)
        {
            // 16 mantissas below 2 multiply without overflow: one logarithm for all.
            var half = _product.GetLower() * _product.GetUpper();
            var quarter = half.GetLower() * half.GetUpper();
            var mantissas = quarter[0] * quarter[1] * (quarter[2] * quarter[3]);
            return (Vector512.Sum(_total), Vector512.Sum(_exponent) - 16 * 127 * renormalised + MathF.Log2(mantissas));
        }
    }
}
