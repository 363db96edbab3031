using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pfe.Scoring.Kernels;

/// <summary>128-bit vectors (Arm's AdvSimd, SSE): a block of 16 faces is done in four quarters. Portable operations only.</summary>
internal sealed unsafe class Kernels128 : IKernels
{
    public string Name => "128";

    public void Sums(byte* block, BlockStore store, float* probes, int stride, int count, int dimensions, int period, float* s, float* l)
    {
        for (var quarter = 0; quarter < 16; quarter += 4)
            for (var probe = 0; probe < count; probe++)
            {
                var at = probes + probe * stride;
                var to = probe * 16 + quarter;
                if (store == BlockStore.Float32) One<Float32>(block, quarter, at, dimensions, period, s + to, l + to);
                else One<Int16>(block, quarter, at, dimensions, period, s + to, l + to);
            }
    }

    private static void One<TStore>(byte* block, int quarter, float* probe, int dimensions, int period, float* s, float* l) where TStore : struct, IStore
    {
        var lanes = Lanes.Zero;
        for (var group = dimensions / (2 * period); group > 0; group--)
        {
            for (var pair = period; pair > 0; pair--)
            {
                TStore.Load(block, quarter, out var mean1, out var variance1);
                TStore.Load(block + TStore.Bytes, quarter, out var mean2, out var variance2);
                lanes.Add(
                    mean1 - Vector128.Create(probe[0]), variance1 + Vector128.Create(probe[1]),
                    mean2 - Vector128.Create(probe[2]), variance2 + Vector128.Create(probe[3]));
                block += 2 * TStore.Bytes;
                probe += 4;
            }
            lanes.Renormalise();
        }
        lanes.Store(s, l, dimensions / (2 * period));
    }

    public (float S, float L) PairSums(float* first, float* second, int dimensions, int period)
    {
        var lanes = Lanes.Zero;
        float* variance1 = first + dimensions, variance2 = second + dimensions;
        var (pairs, renormalised) = (0, 0);
        for (var at = 0; at < dimensions; at += 8)
        {
            lanes.Add(
                Vector128.Load(first + at) - Vector128.Load(second + at), Vector128.Load(variance1 + at) + Vector128.Load(variance2 + at),
                Vector128.Load(first + at + 4) - Vector128.Load(second + at + 4), Vector128.Load(variance1 + at + 4) + Vector128.Load(variance2 + at + 4));
            if (++pairs % period != 0) continue;
            lanes.Renormalise();
            renormalised++;
        }
        lanes.Renormalise();
        return lanes.Sum(renormalised + 1);
    }

    public void Dots(float* panel, float* block1, float* block2, int dimensions, float* dots)
    {
        for (var probe = 0; probe < 8; probe += 2)
            for (var quarters = 0; quarters < 16; quarters += 8)
            {
                Dots(panel + probe, block1 + quarters, dimensions, dots + probe * 32 + quarters);
                Dots(panel + probe, block2 + quarters, dimensions, dots + probe * 32 + 16 + quarters);
            }
    }

    private static void Dots(float* panel, float* block, int dimensions, float* dots)
    {
        Vector128<float> a1 = default, a2 = default, b1 = default, b2 = default;
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
            variance = ((bits << SmallFloat.Shift) + Vector128.Create(SmallFloat.Base)).AsSingle();
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
            _product = ((bits & Vector128.Create(0x007FFFFF)) | Vector128.Create(0x3F800000)).AsSingle();
            _total += _sum;
            _sum = default;
        }

        public readonly void Store(float* s, float* l, int renormalised)
        {
            _total.Store(s);
            (Vector128.ConvertToSingle(_exponent - Vector128.Create(127 * renormalised)) + Vector128.Log2(_product)).Store(l);
        }

        public readonly (float S, float L) Sum(int renormalised)
        {
            var mantissas = _product[0] * _product[1] * (_product[2] * _product[3]);
            return (Vector128.Sum(_total), Vector128.Sum(_exponent) - 4 * 127 * renormalised + MathF.Log2(mantissas));
        }
    }
}
