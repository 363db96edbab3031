using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Scoring.Blocks;

/// <summary>Where the scores of a scan go.</summary>
internal interface IScoreSink
{
    /// <summary>Takes the scores of one probe against some consecutive faces.</summary>
    /// <param name="probe">Row among the scan's probes.</param>
    /// <param name="firstFace">The first face's number.</param>
    /// <param name="scores">One score a face.</param>
    void Take(int probe, int firstFace, ReadOnlySpan<float> scores);
}

/// <summary>Full mutual likelihood scores of some probes against blocks of faces: the loop under every exact result. One a thread.</summary>
internal sealed unsafe class BlockScan(FaceBlocks gallery, ProbeRows probes, IScoreSink sink, IKernels kernels)
{
    /// <summary>Of a block so many dimensions are done with all probes before the next: they stay in the first-level cache. A multiple of 16 and of early-out's stretch.</summary>
    public const int Slab = 128;

    private readonly ScoreFormula _formula = new(gallery.Dimension, gallery.Scale, gallery.Store);

    /// <summary>Scores blocks <paramref name="firstBlock"/> to <paramref name="endBlock"/> - 1.</summary>
    public void Run(int firstBlock, int endBlock, CancellationToken cancellation)
    {
        using var memory = new AlignedMemory(Math.Max(probes.PaddedCount, 4) * (RunningSums.Length + FaceBlocks.Lanes) * sizeof(float));
        if (probes.AreFew) FewProbes(firstBlock, endBlock, memory.Floats, cancellation);
        else
        {
            for (var block = firstBlock; block < endBlock; block++)
            {
                cancellation.ThrowIfCancellationRequested();
                AllProbes(block, memory.Floats);
            }
        }
        GC.KeepAlive(gallery);
        GC.KeepAlive(probes);
    }

    /// <summary>Scores few probes against one block.</summary>
    public void Score(int block)
    {
        float* sums = stackalloc float[RunningSums.Length], scores = stackalloc float[FaceBlocks.Lanes];
        for (var probe = 0; probe < probes.Count; probe++)
        {
            RunningSums.Clear(sums, 1);
            if (probes.Period(probe) > 0)
                kernels.OneProbe(gallery.Block(block), gallery.Store, probes.Row(probe), probes.Step, gallery.Padded, probes.Period(probe), sums);
            Deliver(probe, block, sums, scores);
        }
        GC.KeepAlive(gallery);
        GC.KeepAlive(probes);
    }

    /// <summary>Turns the running sums of one probe against a block into 16 <paramref name="scores"/> and passes these on.</summary>
    public void Deliver(int probe, int block, float* sums, float* scores)
    {
        kernels.Scores(sums, 1, _formula, scores);
        Pass(probe, block, scores);
    }

    // Four blocks together, a quarter of the run apart.
    private void FewProbes(int firstBlock, int endBlock, float* sums, CancellationToken cancellation)
    {
        var (quarter, scores) = ((endBlock - firstBlock) / 4, (nint)(sums + 4 * RunningSums.Length));
        for (var block = firstBlock; block < firstBlock + quarter; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var probe = 0; probe < probes.Count; probe++)
            {
                RunningSums.Clear(sums, 4);
                if (probes.Period(probe) > 0)
                    kernels.FourBlocks(gallery.Block(block), quarter * gallery.BlockBytes, gallery.Store, probes.Row(probe), probes.Step, gallery.Padded, probes.Period(probe), sums);
                kernels.Scores(sums, 4, _formula, (float*)scores);
                for (var i = 0; i < 4; i++) Pass(probe, block + i * quarter, (float*)scores + i * FaceBlocks.Lanes);
            }
        }
        for (var block = firstBlock + 4 * quarter; block < endBlock; block++) Score(block);
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
                // Meanwhile the next slab, of this block or the next, comes into the cache.
                if (probes.Period(probe) == 0) continue;
                var to = sums + probe * RunningSums.Length;
                if (pass == 4) kernels.FourProbes(slab, gallery.Store, probes.Row(probe, at), dimensions, probes.Period(probe), to, new Ahead(next, next - slab, probe / 4, probes.PaddedCount / 4, dimensions / 2));
                else kernels.OneProbe(slab, gallery.Store, probes.Row(probe, at), probes.Step, dimensions, probes.Period(probe), to);
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
        if (probes.Period(probe) == 0 || !gallery.Strays.IsEmpty) Repair(probe, firstFace, scores);
        sink.Take(probe, firstFace, scores);
    }

    // Redoes in double precision what the kernels could not do: all of a stray probe's scores, or those of stray faces.
    private void Repair(int probe, int firstFace, Span<float> scores)
    {
        var probeMu = probes.Read(probe, out var probeVariance);
        var (faceMu, faceVariance) = (new float[gallery.Dimension], new float[gallery.Dimension]);
        for (var i = 0; i < scores.Length; i++)
        {
            if (gallery.Strays.TryGet(firstFace + i, out var mu, out var variance))
                scores[i] = CarefulScore.MutualLikelihood(probeMu, probeVariance, mu, variance);
            else if (probes.Period(probe) == 0)
            {
                gallery.Read(firstFace + i, faceMu, faceVariance);
                scores[i] = CarefulScore.MutualLikelihood(probeMu, probeVariance, faceMu, faceVariance);
            }
        }
    }
}
