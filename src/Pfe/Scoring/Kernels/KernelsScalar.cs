namespace Pfe.Scoring.Kernels;

/// <summary>No vectors: the path of a machine without any, and the plainest reading of what the others do.</summary>
internal sealed unsafe class KernelsScalar : IKernels
{
    public string Name => "scalar";

    public void Sums(byte* block, BlockStore store, float* probes, int stride, int count, int dimensions, int period, float* s, float* l)
    {
        for (var probe = 0; probe < count; probe++)
            for (var face = 0; face < 16; face++)
            {
                var sums = new RunningSums(period);
                for (var at = 0; at < dimensions; at += 2)
                {
                    var (mean1, variance1) = Load(block, store, at, face);
                    var (mean2, variance2) = Load(block, store, at + 1, face);
                    var values = probes + probe * stride + at * 2;
                    sums.Add(mean1 - values[0], variance1 + values[1], mean2 - values[2], variance2 + values[3]);
                }
                (s[probe * 16 + face], l[probe * 16 + face]) = sums.Result;
            }
    }

    public (float S, float L) PairSums(float* first, float* second, int dimensions, int period)
    {
        float* variance1 = first + dimensions, variance2 = second + dimensions;
        var sums = new RunningSums(period);
        for (var at = 0; at < dimensions; at += 2)
            sums.Add(first[at] - second[at], variance1[at] + variance2[at], first[at + 1] - second[at + 1], variance1[at + 1] + variance2[at + 1]);
        return sums.Result;
    }

    public void Dots(float* panel, float* block1, float* block2, int dimensions, float* dots)
    {
        for (var probe = 0; probe < 8; probe++)
            for (var face = 0; face < 32; face++)
            {
                var block = face < 16 ? block1 + face : block2 + face - 16;
                var sum = 0f;
                for (var l = 0; l < dimensions; l++) sum += panel[l * 8 + probe] * block[l * 16];
                dots[probe * 32 + face] = sum;
            }
    }

    public void ShortDots(sbyte* block, short* probe, int dimensions, int* dots)
    {
        for (var face = 0; face < 16; face++)
        {
            var sum = 0;
            for (var l = 0; l < dimensions; l += 2) sum += block[l * 16 + face * 2] * probe[l] + block[l * 16 + face * 2 + 1] * probe[l + 1];
            dots[face] = sum;
        }
    }

    private static (float Mean, float Variance) Load(byte* block, BlockStore store, int dimension, int face) => store == BlockStore.Float32
        ? (((float*)block)[dimension * 32 + face], ((float*)block)[dimension * 32 + 16 + face])
        : (((short*)block)[dimension * 32 + face], SmallFloat.Decode(((ushort*)block)[dimension * 32 + 16 + face]));

    private struct RunningSums(int period)
    {
        private float _sum;
        private float _total;
        private float _product = 1;
        private int _exponent;
        private int _pairs;

        public void Add(float d1, float t1, float d2, float t2)
        {
            var product = t1 * t2;
            _sum += (d1 * d1 * t2 + d2 * d2 * t1) / product;
            _product *= product;
            if (++_pairs % period == 0) Renormalise();
        }

        public (float S, float L) Result
        {
            get
            {
                Renormalise();
                return (_total, _exponent + MathF.Log2(_product));
            }
        }

        private void Renormalise()
        {
            var bits = BitConverter.SingleToInt32Bits(_product);
            _exponent += (bits >> 23) - 127;
            _product = BitConverter.Int32BitsToSingle((bits & 0x007FFFFF) | 0x3F800000);
            _total += _sum;
            _sum = 0;
        }
    }
}
