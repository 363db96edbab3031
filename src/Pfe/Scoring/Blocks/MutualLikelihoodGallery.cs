using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Scoring.Blocks;

/// <summary>A gallery in memory for full mutual likelihood scores: 8 D bytes a face.</summary>
internal sealed unsafe class MutualLikelihoodGallery : IGallery
{
    private readonly NativeBuffer _memory;

    public MutualLikelihoodGallery(EmbeddingSet faces, int threads, CancellationToken cancellation)
    {
        using var use = ((IFaceRows)faces).Enter();
        var survey = new FaceReader(faces).Survey(0, faces.Count, cancellation);
        var (strays, scale) = (new OutOfRangeFaces(), VarianceScale.For(survey.Range));
        var blockBytes = FaceBlocks.BytesOf(faces.Dimension, BlockStore.Float32);
        _memory = new NativeBuffer((faces.Count + 15L) / 16 * blockBytes);
        Blocks = new FaceBlocks(_memory, _memory.Start, faces.Count, faces.Dimension, BlockStore.Float32, scale,
            survey.Range)
        { OutOfRangeFaces = strays };
        Workers.Run(Blocks.BlockCount, 64, threads, (first, end) =>
        {
            var reader = new FaceReader(faces);
            for (var block = first; block < end; block++)
            {
                FaceBlocks.Clear(Blocks.Block(block), faces.Dimension, BlockStore.Float32);
                for (var face = block * 16; face < Math.Min(block * 16 + 16, faces.Count); face++)
                {
                    var mu = reader.Read(face, out var variance);
                    if (EmbeddingValidation.FitsKernels(mu, variance, out _))
                        FaceBlocks.Write(Blocks.Block(block), BlockStore.Float32, face % 16, mu, variance, scale);
                    else lock (strays) strays.Add(face, mu, variance);
                }
            }
        }, cancellation);
    }

    public FaceBlocks Blocks { get; }

    public int Count => Blocks.Count;

    public int Dimension => Blocks.Dimension;

    public int BlockCount => Blocks.BlockCount;

    public IProbes Prepare(EmbeddingSet probes, int first, int count) => new Probes(Blocks, new ProbeRows(probes, first, count, Blocks));

    public void Dispose() => _memory.Dispose();

    private sealed class Probes(FaceBlocks blocks, ProbeRows rows) : IProbes
    {
        public void Scan(int firstBlock, int endBlock, IScoreHandler sink, CancellationToken cancellation) =>
            new BlockScan(blocks, rows, sink, SimdPath.Kernels).Run(firstBlock, endBlock, cancellation);

        public void Dispose() => rows.Dispose();
    }
}
