using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Search;

/// <summary>
/// The exact scan that leaves a block early. After each stretch of dimensions a face's score can at best become what it is so far with the
/// least that
/// <see cref="RemainderBounds"/> allows the rest to add; when that is below the k-th best for all 16 faces, the rest of the block is not
/// even read. A block that survives has gone through the same sums as in the exact scan, so the results are the same to the last bit.
/// </summary>
internal sealed unsafe class EarlyOut(Segment segment, ProbeRows probes, LiveFaces sink)
{
    private readonly FaceBlocks _blocks = segment.Blocks;
    private readonly ScoreFormula _formula = new(segment.Blocks.Dimension, segment.Blocks.Scale, segment.Blocks.Store);
    private readonly BlockScan _scan = new(segment.Blocks, probes, sink, SimdPath.Kernels);
    private readonly IKernels _kernels = SimdPath.Kernels;
    private readonly float[][] _probeSums =
        [.. Enumerable.Range(0, probes.Count).Select(probe => ProbeSums(probes, probe, segment.Blocks.Padded))];

    /// <summary>Scores blocks <paramref name="firstBlock"/> to <paramref name="endBlock"/> - 1, or leaves them.</summary>
    public void Run(int firstBlock, int endBlock, CancellationToken cancellation)
    {
        for (var block = firstBlock; block < endBlock; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var probe = 0; probe < probes.Count; probe++) Score(probe, block);
        }
        GC.KeepAlive(segment);
        GC.KeepAlive(probes);
    }

    private void Score(int probe, int block)
    {
        float* sums = stackalloc float[RunningSums.Length], scores = stackalloc float[FaceBlocks.Lanes];
        RunningSums.Clear(sums, 1);
        for (var at = 0; at < _blocks.Padded && probes.Period(probe) > 0; at += RemainderBounds.Chunk)
        {
            var dimensions = Math.Min(RemainderBounds.Chunk, _blocks.Padded - at);
            _kernels.OneProbe(_blocks.Block(block, at), _blocks.Store, probes.Row(probe, at), probes.Step, dimensions, probes.Period(probe),
                sums);
            // Behind the last stretch nothing is left to save.
            if (at + dimensions < _blocks.Padded && IsHopeless(probe, block, at / RemainderBounds.Chunk, sums)) return;
        }
        _scan.Deliver(probe, block, sums, scores);
    }

    private bool IsHopeless(int probe, int block, int stretch, float* sums)
    {
        var bar = sink[probe].MinScore;
        if (float.IsNegativeInfinity(bar)) return false;
        float* scores = stackalloc float[FaceBlocks.Lanes], rest = segment.Rest(block) + stretch * FaceBlocks.Lanes;
        _kernels.Scores(sums, 1, _formula, scores);
        var left = _blocks.Padded - (stretch + 1) * RemainderBounds.Chunk;
        for (var lane = 0; lane < FaceBlocks.Lanes; lane++)
        {
            var (distance, bound) = (-_formula.S * sums[lane],
                _formula.L * RemainderBounds.Bound(rest[lane], _probeSums[probe][stretch], left));
            // Far more than rounding can amount to (docs/numerics.md), so that a face at the bar is never lost.
            var slack = 1e-4f * (distance + MathF.Abs(scores[lane] + distance - _formula.C) + MathF.Abs(bound) + MathF.Abs(_formula.C));
            if (scores[lane] + bound + slack >= bar) return false;
        }
        return true;
    }

    // The probe's own sums of log2 variance behind each stretch.
    private static float[] ProbeSums(ProbeRows probes, int probe, int padded)
    {
        var (sums, sum) = (new float[(padded - 1) / RemainderBounds.Chunk], 0.0);
        for (var l = padded - 1; l >= RemainderBounds.Chunk; l--)
        {
            sum += Math.Log2(probes.Variance(probe, l));
            if (l % RemainderBounds.Chunk == 0) sums[l / RemainderBounds.Chunk - 1] = (float)sum;
        }
        return sums;
    }
}
