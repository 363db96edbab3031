using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Search;

/// <summary>
/// The exact scan that leaves a block early. After each stretch of dimensions a face's score can at best become what it is so far plus the logarithms
/// of the smallest possible variances in the rest; when that is below the k-th best for all 16 faces, the rest of the block is not even read.
/// A block that survives is scored by the same kernel call as in the exact scan, so the results are the same to the last bit.
/// </summary>
internal static unsafe class EarlyOut
{
    private const int Stretch = 128;

    public static void Run(Segment segment, ProbeRows probes, int firstBlock, int endBlock, LiveFaces sink, CancellationToken cancellation)
    {
        var blocks = segment.Blocks;
        var bounds = new RestBounds[probes.Count];
        for (var probe = 0; probe < probes.Count; probe++) bounds[probe] = new RestBounds(segment, probes, probe);
        var formula = new ScoreFormula(blocks.Dimension, blocks.Scale, blocks.Store);
        for (var block = firstBlock; block < endBlock; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var probe = 0; probe < probes.Count; probe++)
            {
                if (!IsHopeless(blocks, probes, probe, block, bounds[probe], formula, sink[probe].Bar)) BlockScan.Score(blocks, probes, probe, block, sink);
            }
        }
    }

    private static bool IsHopeless(FaceBlocks blocks, ProbeRows probes, int probe, int block, RestBounds rest, ScoreFormula formula, float bar)
    {
        if (float.IsNegativeInfinity(bar) || probes.Period(probe) == 0) return false;
        float* s = stackalloc float[16], l = stackalloc float[16];
        Span<float> distance = stackalloc float[16], logs = stackalloc float[16];
        var bytes = blocks.BlockBytes / blocks.Padded;
        for (var at = 0; at < blocks.Padded; at += Stretch)
        {
            var dimensions = Math.Min(Stretch, blocks.Padded - at);
            SimdPath.Kernels.Sums(blocks.Block(block) + at * bytes, blocks.Store, probes.Row(probe) + at * 2, probes.Stride, 1, dimensions, probes.Period(probe), s, l);
            var hopeless = true;
            for (var lane = 0; lane < 16; lane++)
            {
                distance[lane] += s[lane];
                logs[lane] += l[lane];
                var best = formula.Of(distance[lane], logs[lane] + rest.After(at + dimensions));
                // Far more than rounding can amount to (docs/numerics.md), so that a face at the bar is never lost.
                var slack = 1e-4f * (-formula.S * distance[lane] + MathF.Abs(logs[lane]) + MathF.Abs(rest.After(at + dimensions)) + MathF.Abs(formula.C));
                hopeless &= best + slack < bar;
            }
            if (hopeless) return true;
        }
        return false;
    }

    /// <summary>Lower bounds of <c>sum log2 t</c> over the dimensions that a scan has not seen yet.</summary>
    private sealed class RestBounds
    {
        private readonly float[] _after;

        public RestBounds(Segment segment, ProbeRows probes, int probe)
        {
            var row = probes.Row(probe);
            _after = new float[segment.Blocks.Padded + 1];
            var sum = 0.0;
            for (var l = segment.Blocks.Padded - 1; l >= 0; l--)
            {
                sum += Math.Log2((double)row[2 * l + 1] + segment.SmallestVariance[l]);
                _after[l] = (float)sum;
            }
        }

        public float After(int dimension) => _after[dimension];
    }
}
