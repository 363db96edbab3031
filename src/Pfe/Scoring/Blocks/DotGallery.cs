using System.Numerics.Tensors;
using Pfe.Scoring.Kernels;

namespace Pfe.Scoring.Blocks;

/// <summary>
/// A gallery in memory for the scores that are a matrix product and a formula a pair: cosine and shared variance. 4 D bytes a face.
/// Squared distances come from |a|^2 + |b|^2 - 2 a.b; a face outside the kernels' reach is scored in double precision.
/// </summary>
internal sealed unsafe class DotGallery : IGallery
{
    private const int PanelProbes = 8;
    private const int ScanFaces = 512;
    private const double LogTwoPi = 1.8378770664093454836;

    private readonly ScoreKind _kind;
    private readonly AlignedMemory _means;
    private readonly float[] _squared;
    private readonly float[] _variance;
    private readonly List<int> _strays = [];

    public DotGallery(EmbeddingSet faces, ScoreKind kind, int threads, CancellationToken cancellation)
    {
        (_kind, Count, Dimension) = (kind, faces.Count, faces.Dimension);
        BlockCount = (Count + 15) / 16;
        _means = new AlignedMemory(BlockCount * 16L * Dimension * sizeof(float));
        (_squared, _variance) = (new float[Count], new float[Count]);
        Workers.Run(BlockCount, 64, threads, (first, end) =>
        {
            var reader = new FaceReader(faces);
            var mean = new float[Dimension];
            for (var face = first * 16; face < Math.Min(end * 16, Count); face++)
            {
                (_squared[face], _variance[face]) = Read(reader, face, mean);
                if (IsStray(_squared[face], _variance[face])) lock (_strays) _strays.Add(face);
                var lane = Block(face / 16) + face % 16;
                for (var l = 0; l < Dimension; l++) lane[l * 16] = mean[l];
            }
        }, cancellation);
        _strays.Sort();
    }

    public int Count { get; }

    public int Dimension { get; }

    public int BlockCount { get; }

    public IProbes Prepare(EmbeddingSet probes, int first, int count)
    {
        FaceGuard.SameLength(Dimension, probes.Dimension);
        return new Panels(this, probes, first, count);
    }

    public void Dispose() => _means.Dispose();

    private float* Block(int block) => _means.Floats + (long)block * 16 * Dimension;

    // For the cosine a mean of unit length (or 0), else the mean as it is; then its squared length and the face's one variance.
    private (float Squared, float Variance) Read(FaceReader reader, int row, Span<float> mean)
    {
        reader.Read(row, out var variance).CopyTo(mean);
        var squared = 0.0;
        foreach (var value in mean) squared += (double)value * value;
        if (_kind == ScoreKind.SharedVariance) return ((float)squared, SharedVariance.Of(variance));
        if (squared > 0)
            for (var l = 0; l < mean.Length; l++) mean[l] = (float)(mean[l] / Math.Sqrt(squared));
        return (1, 1);
    }

    private static bool IsStray(float squared, float variance) =>
        !(variance is >= VarianceScale.MinVariance and <= VarianceScale.MaxVariance && squared <= VarianceScale.MaxMean * VarianceScale.MaxMean);

    private sealed class Panels : IProbes
    {
        private readonly DotGallery _gallery;
        private readonly int _count;
        private readonly AlignedMemory _panels;
        private readonly float[] _squared;
        private readonly float[] _variance;

        public Panels(DotGallery gallery, EmbeddingSet probes, int first, int count)
        {
            (_gallery, _count) = (gallery, count);
            (_squared, _variance) = (new float[count], new float[count]);
            _panels = new AlignedMemory((count + PanelProbes - 1L) / PanelProbes * PanelProbes * gallery.Dimension * sizeof(float));
            var (reader, mean) = (new FaceReader(probes), new float[gallery.Dimension]);
            for (var probe = 0; probe < count; probe++)
            {
                (_squared[probe], _variance[probe]) = gallery.Read(reader, first + probe, mean);
                var column = Panel(probe) + probe % PanelProbes;
                for (var l = 0; l < mean.Length; l++) column[l * PanelProbes] = mean[l];
            }
        }

        public void Scan(int firstBlock, int endBlock, IScoreSink sink, CancellationToken cancellation)
        {
            var (kernels, rows, spare) = (SimdPath.Kernels, new float[PanelProbes * ScanFaces], new float[ScanFaces]);
            var dots = stackalloc float[PanelProbes * 32];
            for (var block = firstBlock; block < endBlock; block += ScanFaces / 16)
            {
                var faces = Math.Min((Math.Min(endBlock, block + ScanFaces / 16) - block) * 16, _gallery.Count - block * 16);
                for (var probe = 0; probe < _count; probe += PanelProbes)
                {
                    cancellation.ThrowIfCancellationRequested();
                    for (var face = 0; face < faces; face += 32)
                    {
                        var at = block + face / 16;
                        // An odd last block is done with itself as its partner.
                        kernels.Dots(Panel(probe), _gallery.Block(at), _gallery.Block(Math.Min(at + 1, _gallery.BlockCount - 1)), _gallery.Dimension, dots);
                        for (var p = 0; p < PanelProbes; p++) new ReadOnlySpan<float>(dots + p * 32, 32).CopyTo(rows.AsSpan(p * ScanFaces + face, 32));
                    }
                    for (var p = probe; p < Math.Min(probe + PanelProbes, _count); p++)
                    {
                        var scores = rows.AsSpan((p - probe) * ScanFaces, faces);
                        Finish(p, block * 16, scores, spare.AsSpan(0, faces));
                        sink.Take(p, block * 16, scores);
                    }
                }
            }
            GC.KeepAlive(this);
        }

        public void Dispose() => _panels.Dispose();

        private float* Panel(int probe) => _panels.Floats + (long)(probe / PanelProbes) * PanelProbes * _gallery.Dimension;

        // From dot products to scores.
        private void Finish(int probe, int firstFace, Span<float> scores, Span<float> variance)
        {
            if (_gallery._kind == ScoreKind.Cosine)
            {
                TensorPrimitives.Clamp(scores, -1f, 1f, scores);
                return;
            }
            TensorPrimitives.Add(_gallery._variance.AsSpan(firstFace, scores.Length), _variance[probe], variance);
            TensorPrimitives.MultiplyAddEstimate(scores, -2f, _gallery._squared.AsSpan(firstFace, scores.Length), scores);
            TensorPrimitives.Add(scores, _squared[probe], scores);
            TensorPrimitives.Max(scores, 0f, scores);
            TensorPrimitives.Divide(scores, variance, scores);
            TensorPrimitives.Log(variance, variance);
            TensorPrimitives.MultiplyAddEstimate(variance, (float)_gallery.Dimension, scores, scores);
            TensorPrimitives.Add(scores, (float)(_gallery.Dimension * LogTwoPi), scores);
            TensorPrimitives.Multiply(scores, -0.5f, scores);
            Repair(probe, firstFace, scores);
        }

        private void Repair(int probe, int firstFace, Span<float> scores)
        {
            var stray = IsStray(_squared[probe], _variance[probe]);
            if (!stray && _gallery._strays.Count == 0) return;
            float* column = Panel(probe) + probe % PanelProbes;
            for (var i = 0; i < scores.Length; i++)
            {
                var face = firstFace + i;
                if (!stray && _gallery._strays.BinarySearch(face) < 0) continue;
                var (lane, squared) = ((nint)(_gallery.Block(face / 16) + face % 16), 0.0);
                for (var l = 0; l < _gallery.Dimension; l++)
                {
                    var difference = (double)column[l * PanelProbes] - ((float*)lane)[l * 16];
                    squared += difference * difference;
                }
                scores[i] = CarefulScore.SharedVariance(squared, _variance[probe], _gallery._variance[face], _gallery.Dimension);
            }
        }
    }
}
