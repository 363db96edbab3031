namespace Pfe.Scoring.Kernels;

/// <summary>No vectors: the path of a machine without any, and the plainest reading of what the others do.</summary>
internal sealed unsafe class KernelsScalar : IKernels
{
    public string Name => "scalar";

    public void FourProbes(byte* block, BlockStore store, float* probes, int dimensions, int period, float* sums, Prefetch ahead)
    {
        for (var probe = 0; probe < 4; probe++)
            OneProbe(block, store, probes + probe * 4, 16, dimensions, period, sums + probe * RunningSums.Length);
    }

    public void OneProbe(byte* block, BlockStore store, float* probe, int step, int dimensions, int period, float* sums)
    {
        for (var face = 0; face < 16; face++)
        {
            var lane = new Lane(period, sums + face);
            for (var at = 0; at < dimensions; at += 2)
            {
                var (mean1, variance1) = Load(block, store, at, face);
                var (mean2, variance2) = Load(block, store, at + 1, face);
                var values = probe + at / 2 * step;
                lane.Add(mean1 - values[0], variance1 + values[1], mean2 - values[2], variance2 + values[3]);
            }
            lane.Save(sums + face);
        }
    }

    public void Scores(float* sums, int count, ScoreFormula formula, float* scores)
    {
        for (; count > 0; count--, sums += RunningSums.Length, scores += 16)
            for (var face = 0; face < 16; face++)
            {
                var (s, l) = new Lane(1, sums + face).Result;
                scores[face] = formula.Of(s, l);
            }
    }

    public (float S, float L) PairSums(float* first, float* second, int dimensions, int period)
    {
        float* variance1 = first + dimensions, variance2 = second + dimensions;
        var lane = new Lane(period);
        for (var at = 0; at < dimensions; at += 2)
            lane.Add(first[at] - second[at], variance1[at] + variance2[at], first[at + 1] - second[at + 1],
                variance1[at + 1] + variance2[at + 1]);
        return lane.Result;
    }

    public void Dots(float* panel, float* block1, float* block2, int dimensions, float* dots, Prefetch ahead)
    {
        for (var probe = 0; probe < 8; probe++)
            for (var face = 0; face < 32; face++)
            {
                var block = face < 16 ? block1 + face : block2 + face - 16;
                var sum = 0f;
                for (var l = 0; l < dimensions; l++) sum += panel[l * 8 + probe] * block[l * 16];
                dots[probe * 32 + face] += sum;
            }
    }

    public void SharedScores(float* dots, float* squared, float* variance, ReadOnlySpan<SharedFormula> probes)
    {
        foreach (var probe in probes)
            for (var face = 0; face < 32; face++, dots++) *dots = probe.Of(*dots, squared[face], variance[face]);
    }

    public void ShortDots(sbyte* block, short* probe, int dimensions, int* dots)
    {
        for (var face = 0; face < 16; face++)
        {
            var sum = 0;
            for (var l = 0; l < dimensions; l += 2)
                sum += block[l * 16 + face * 2] * probe[l] + block[l * 16 + face * 2 + 1] * probe[l + 1];
            dots[face] = sum;
        }
    }

    private static (float Mean, float Variance) Load(byte* block, BlockStore store, int dimension, int face) => store == BlockStore.Float32
        ? (((float*)block)[dimension * 32 + face], ((float*)block)[dimension * 32 + 16 + face])
        : (((short*)block)[dimension * 32 + face], UFloat16E5M11.Decode(((ushort*)block)[dimension * 32 + 16 + face]));

    /// <summary>The running sums of one probe against one face.</summary>
    private struct Lane(int period)
    {
        private float _sum;
        private float _total;
        private float _product = 1;
        private int _exponent;
        private int _pairs;

        public Lane(int period, float* sums) : this(period)
        {
            _total = *sums;
            _product = BitConverter.Int32BitsToSingle(((int*)sums)[RunningSums.Fraction] | RunningSums.One);
            _exponent = ((int*)sums)[RunningSums.Exponent];
        }

        public void Add(float d1, float t1, float d2, float t2)
        {
            var product = t1 * t2;
            _sum += (d1 * d1 * t2 + d2 * d2 * t1) / product;
            _product *= product;
            if (++_pairs % period == 0) Renormalise();
        }

        public readonly void Save(float* sums)
        {
            *sums = _total;
            ((int*)sums)[RunningSums.Fraction] = BitConverter.SingleToInt32Bits(_product) & RunningSums.FractionBits;
            ((int*)sums)[RunningSums.Exponent] = _exponent;
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
            _product = BitConverter.Int32BitsToSingle((bits & RunningSums.FractionBits) | RunningSums.One);
            _total += _sum;
            _sum = 0;
        }
    }
}
