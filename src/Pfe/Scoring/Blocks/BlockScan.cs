using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Scoring.Blocks;

/// <summary>Where the scores of a scan go.</summary>
internal interface IScoreHandler
{
    /// <summary>Takes the scores of one probe against some consecutive faces.</summary>
    /// <param name="probe">Row among the scan's probes.</param>
    /// <param name="firstFace">The first face's number.</param>
    /// <param name="scores">One score a face.</param>
    void Take(int probe, int firstFace, ReadOnlySpan<float> scores);
}

/// <summary>Full mutual likelihood scores of some probes against blocks of faces: the loop under every exact result. One a
/// thread.</summary>
internal sealed unsafe class BlockScan(FaceBlocks gallery, ProbeRows probes, IScoreHandler sink, IKernels kernels)
{
    /// <summary>Of a block so many dimensions are done with all probes before the next: they stay in the first-level cache. A multiple of
    /// 16.</summary>
    public const int Slab = 128;

    private readonly ScoreFormula _formula = new(gallery.Dimension, gallery.Scale, gallery.Store);

    /// <summary>Scores blocks <paramref name="firstBlock"/> to <paramref name="endBlock"/> - 1.</summary>
    public void Run(int firstBlock, int endBlock, CancellationToken cancellation)
    {
        using var memory = new NativeBuffer(Math.Max(4, probes.PaddedCount) * (RunningSums.Length + FaceBlocks.Lanes) * sizeof(float));
        // One probe alone takes four blocks at once, a quarter of the run apart.
        var quarter = probes.IsAlone ? (endBlock - firstBlock) / 4 : 0;
        for (var block = firstBlock; block < firstBlock + quarter; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            FourBlocks(block, quarter, memory.Floats);
        }
        for (var block = firstBlock + 4 * quarter; block < endBlock; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (probes.IsAlone) Score(block);
            else AllProbes(block, memory.Floats);
        }
        GC.KeepAlive(gallery);
        GC.KeepAlive(probes);
    }

    /// <summary>Scores a probe that is alone against one block.</summary>
    public void Score(int block)
    {
        float* sums = stackalloc float[RunningSums.Length], scores = stackalloc float[FaceBlocks.Lanes];
        RunningSums.Clear(sums, 1);
        if (probes.Period(0) > 0) kernels.OneProbe(
            gallery.Block(block), gallery.Store, probes.Row(0), probes.Step, gallery.Padded, probes.Period(0), sums);
        Deliver(0, block, sums, scores);
        GC.KeepAlive(gallery);
        GC.KeepAlive(probes);
    }

    /// <summary>Turns the running sums of one probe against a block into 16 <paramref name="scores"/> and passes these on.</summary>
    public void Deliver(int probe, int block, float* sums, float* scores)
    {
        kernels.Scores(sums, 1, _formula, scores);
        Pass(probe, block, scores);
    }

    private void FourBlocks(int block, int apart, float* sums)
    {
        RunningSums.Clear(sums, 4);
        if (probes.Period(0) > 0)
            kernels.FourBlocks(gallery.Block(block), apart * gallery.BlockBytes, gallery.Store, probes.Row(0), probes.Step, gallery.Padded,
                probes.Period(0), sums);
        var scores = sums + 4 * RunningSums.Length;
        kernels.Scores(sums, 4, _formula, scores);
        for (var i = 0; i < 4; i++) Pass(0, block + i * apart, scores + i * FaceBlocks.Lanes);
    }

    private void AllProbes(int block, float* sums)
    {
        RunningSums.Clear(sums, probes.PaddedCount);
        for (var at = 0; at < gallery.Padded; at += Slab)
        {
            var dimensions = Math.Min(Slab, gallery.Padded - at);
            byte* slab = gallery.Block(block, at), next = gallery.Block(block, at + dimensions);
            for (int probe = 0, pass; probe < probes.Count; probe += pass)
            {
                pass = probes.Pass(probe);
                var period = probes.Period(probe);
                if (period == 0) continue;
                float* row = probes.Row(probe, at), to = sums + probe * RunningSums.Length;
                if (pass == 1) kernels.OneProbe(slab, gallery.Store, row, probes.Step, dimensions, period, to);
                // Meanwhile the next slab, of this block or the next, comes into the cache.
                else kernels.FourProbes(slab, gallery.Store, row, dimensions, period, to,
                    new Prefetch(next, next - slab, probe / 4, probes.PaddedCount / 4, steps: dimensions / 2));
            }
        }
        var scores = sums + probes.PaddedCount * RunningSums.Length;
        kernels.Scores(sums, probes.Count, _formula, scores);
        for (var probe = 0; probe < probes.Count; probe++) Pass(probe, block, scores + probe * FaceBlocks.Lanes);
    }

    private void Pass(int probe, int block, float* values)
    {
        var firstFace = block * FaceBlocks.Lanes;
        var scores = new Span<float>(values, Math.Min(FaceBlocks.Lanes, gallery.Count - firstFace));
        if (probes.Period(probe) == 0 || !gallery.OutOfRangeFaces.IsEmpty) Repair(probe, firstFace, scores);
        sink.Take(probe, firstFace, scores);
    }

    // Redoes in double precision what the kernels could not do: all of a stray probe's scores, or those of stray faces.
    private void Repair(int probe, int firstFace, Span<float> scores)
    {
        var probeMu = probes.Read(probe, out var probeVariance);
        var (faceMu, faceVariance) = (new float[gallery.Dimension], new float[gallery.Dimension]);
        for (var i = 0; i < scores.Length; i++)
        {
            if (gallery.OutOfRangeFaces.TryGet(firstFace + i, out var mu, out var variance))
                scores[i] = DoublePrecisionScore.MutualLikelihood(probeMu, probeVariance, mu, variance);
            else if (probes.Period(probe) == 0)
            {
                gallery.Read(firstFace + i, faceMu, faceVariance);
                scores[i] = DoublePrecisionScore.MutualLikelihood(probeMu, probeVariance, faceMu, faceVariance);
            }
        }
    }
}
