using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Search;

/// <summary>
/// The exact scan that leaves a block early. After each stretch of dimensions a face's score can at best become what it is so far with the least that
/// <see cref="RestTable"/> allows the rest to add; when that is below the k-th best for all 16 faces, the rest of the block is not even read.
/// A block that survives is scored by the same kernel call as in the exact scan, so the results are the same to the last bit.
/// </summary>
internal static unsafe class EarlyOut
{
    public static void Run(Segment segment, ProbeRows probes, int firstBlock, int endBlock, LiveFaces sink, CancellationToken cancellation)
    {
        var blocks = segment.Blocks;
        var sums = new float[probes.Count][];
        for (var probe = 0; probe < probes.Count; probe++) sums[probe] = ProbeSums(probes, probe, blocks.Padded);
        var formula = new ScoreFormula(blocks.Dimension, blocks.Scale, blocks.Store);
        for (var block = firstBlock; block < endBlock; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var probe = 0; probe < probes.Count; probe++)
                if (!IsHopeless(segment, probes, probe, block, sums[probe], formula, sink[probe].Bar)) BlockScan.Score(blocks, probes, probe, block, sink);
        }
    }

    private static bool IsHopeless(Segment segment, ProbeRows probes, int probe, int block, float[] probeSums, ScoreFormula formula, float bar)
    {
        if (float.IsNegativeInfinity(bar) || probes.Period(probe) == 0) return false;
        var (blocks, bytes) = (segment.Blocks, segment.Blocks.BlockBytes / segment.Blocks.Padded);
        float* s = stackalloc float[16], l = stackalloc float[16], rest = segment.Rest(block);
        Span<float> distance = stackalloc float[16], logs = stackalloc float[16];
        // Behind the last stretch nothing is left to save.
        for (var stretch = 0; stretch < probeSums.Length; stretch++)
        {
            var (at, left) = (stretch * RestTable.Stretch, blocks.Padded - (stretch + 1) * RestTable.Stretch);
            SimdPath.Kernels.Sums(blocks.Block(block) + at * bytes, blocks.Store, probes.Row(probe) + at * 2, probes.Stride, 1, RestTable.Stretch, probes.Period(probe), s, l);
            var hopeless = true;
            for (var lane = 0; lane < 16; lane++)
            {
                distance[lane] += s[lane];
                logs[lane] += l[lane];
                var bound = RestTable.Bound(rest[stretch * 16 + lane], probeSums[stretch], left);
                // Far more than rounding can amount to (docs/numerics.md), so that a face at the bar is never lost.
                var slack = 1e-4f * (-formula.S * distance[lane] + MathF.Abs(logs[lane]) + MathF.Abs(bound) + MathF.Abs(formula.C));
                hopeless &= formula.Of(distance[lane], logs[lane] + bound) + slack < bar;
            }
            if (hopeless) return true;
        }
        return false;
    }

    // The probe's own sums of log2 variance behind each stretch.
    private static float[] ProbeSums(ProbeRows probes, int probe, int padded)
    {
        var (row, sums, sum) = ((nint)probes.Row(probe), new float[(padded - 1) / RestTable.Stretch], 0.0);
        for (var l = padded - 1; l >= RestTable.Stretch; l--)
        {
            sum += Math.Log2(((float*)row)[2 * l + 1]);
            if (l % RestTable.Stretch == 0) sums[l / RestTable.Stretch - 1] = (float)sum;
        }
        return sums;
    }
}
