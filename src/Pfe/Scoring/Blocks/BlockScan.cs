using Pfe.Scoring.Kernels;

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

/// <summary>Full mutual likelihood scores of some probes against a run of blocks: the loop under every exact result.</summary>
internal static unsafe class BlockScan
{
    /// <summary>Scores blocks <paramref name="firstBlock"/> to <paramref name="endBlock"/> - 1.</summary>
    public static void Run(FaceBlocks gallery, ProbeRows probes, int firstBlock, int endBlock, IScoreSink sink, CancellationToken cancellation)
    {
        var (kernels, formula) = (SimdPath.Kernels, new ScoreFormula(gallery.Dimension, gallery.Scale, gallery.Store));
        float* s = stackalloc float[64], l = stackalloc float[64];
        for (var block = firstBlock; block < endBlock; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            var firstFace = block * FaceBlocks.Lanes;
            var faces = Math.Min(FaceBlocks.Lanes, gallery.Count - firstFace);
            for (int probe = 0, pass; probe < probes.Count; probe += pass)
            {
                pass = probes.Pass(probe);
                if (probes.Period(probe) > 0)
                    kernels.Sums(gallery.Block(block), gallery.Store, probes.Row(probe), probes.Stride, pass, gallery.Padded, probes.Period(probe), s, l);
                formula.Apply(s, l, pass * FaceBlocks.Lanes);
                for (var p = probe; p < Math.Min(probe + pass, probes.Count); p++)
                {
                    var scores = new Span<float>(s + (p - probe) * FaceBlocks.Lanes, faces);
                    if (probes.Period(p) == 0 || !gallery.Strays.IsEmpty) Repair(gallery, probes, p, firstFace, scores);
                    sink.Take(p, firstFace, scores);
                }
            }
        }
        GC.KeepAlive(gallery);
        GC.KeepAlive(probes);
    }

    /// <summary>Scores one probe against one block.</summary>
    public static void Score(FaceBlocks gallery, ProbeRows probes, int probe, int block, IScoreSink sink)
    {
        float* s = stackalloc float[16], l = stackalloc float[16];
        if (probes.Period(probe) > 0)
            SimdPath.Kernels.Sums(gallery.Block(block), gallery.Store, probes.Row(probe), probes.Stride, 1, gallery.Padded, probes.Period(probe), s, l);
        new ScoreFormula(gallery.Dimension, gallery.Scale, gallery.Store).Apply(s, l, FaceBlocks.Lanes);
        var firstFace = block * FaceBlocks.Lanes;
        var scores = new Span<float>(s, Math.Min(FaceBlocks.Lanes, gallery.Count - firstFace));
        if (probes.Period(probe) == 0 || !gallery.Strays.IsEmpty) Repair(gallery, probes, probe, firstFace, scores);
        sink.Take(probe, firstFace, scores);
        GC.KeepAlive(gallery);
        GC.KeepAlive(probes);
    }

    // Redoes in double precision what the kernels could not do: all of a stray probe's scores, or those of stray faces.
    private static void Repair(FaceBlocks gallery, ProbeRows probes, int probe, int firstFace, Span<float> scores)
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
