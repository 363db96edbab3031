using System.Numerics.Tensors;
using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Scoring.Blocks;

/// <summary>
/// A gallery in memory for the scores that are a matrix product and a formula a pair: cosine and shared variance. 4 D bytes a face.
/// Squared distances come from |a|^2 + |b|^2 - 2 a.b; a face outside the kernels' reach is scored in double precision.
/// </summary>
internal sealed unsafe class DotGallery : IGallery
{
    private const int PanelProbes = 8;
    private const int FacesAtOnce = 32;

    // Dimensions of two blocks, 32 KB, that stay near while all panels pass: in a first-level cache of 48 KB, else in the second.
    private const int Slab = 256;

    private readonly ScoreKind _kind;
    private readonly NativeBuffer _means;
    private readonly NativeBuffer _facts;
    private readonly float* _squared;
    private readonly float* _variance;
    private readonly List<int> _strays = [];

    public DotGallery(EmbeddingSet faces, ScoreKind kind, int threads, CancellationToken cancellation)
    {
        using var use = ((IFaceRows)faces).Enter();
        (_kind, Count, Dimension) = (kind, faces.Count, faces.Dimension);
        BlockCount = (Count + 15) / 16;
        _means = new NativeBuffer(BlockCount * 16L * Dimension * sizeof(float));
        // Lanes without a face have the variance 1, so that their score is a number.
        var padded = (BlockCount + 1) / 2 * FacesAtOnce;
        _facts = new NativeBuffer(2L * padded * sizeof(float));
        _squared = _facts.Floats;
        _variance = _squared + padded;
        new Span<float>(_variance, padded).Fill(1);
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
        EmbeddingValidation.SameLength(Dimension, probes.Dimension);
        return new Panels(this, probes, first, count);
    }

    public void Dispose()
    {
        _means.Dispose();
        _facts.Dispose();
    }

    private float* Block(int block) => _means.Floats + (long)block * 16 * Dimension;

    // For the cosine a mean of unit length (or 0), else the mean as it is; then its squared length and the face's one variance.
    private (float Squared, float Variance) Read(FaceReader reader, int row, Span<float> mean)
    {
        reader.Read(row, out var variance).CopyTo(mean);
        if (_kind == ScoreKind.SharedVariance) return ((float)DoubleSum.OfSquares(mean), SharedVariance.Of(variance));
        UnitLength.Normalise(mean);
        return (1, 1);
    }

    private static bool IsStray(float squared, float variance) =>
        !(variance is >= VarianceScale.MinVariance and <= VarianceScale.MaxVariance
            && squared <= VarianceScale.MaxMean * VarianceScale.MaxMean);

    private sealed class Panels : IProbes
    {
        private readonly DotGallery _gallery;
        private readonly int _count;
        private readonly int _padded;
        private readonly NativeBuffer _means;
        private readonly SharedFormula[] _formulas;

        public Panels(DotGallery gallery, EmbeddingSet probes, int first, int count)
        {
            (_gallery, _count, _padded) = (gallery, count, (count + PanelProbes - 1) / PanelProbes * PanelProbes);
            using var use = ((IFaceRows)probes).Enter();
            _formulas = new SharedFormula[count];
            _means = new NativeBuffer((long)_padded * gallery.Dimension * sizeof(float));
            var (reader, mean) = (new FaceReader(probes), new float[gallery.Dimension]);
            for (var probe = 0; probe < count; probe++)
            {
                var (squared, variance) = gallery.Read(reader, first + probe, mean);
                _formulas[probe] = new SharedFormula(squared, variance, gallery.Dimension);
                Put(probe, mean);
            }
        }

        public void Scan(int firstBlock, int endBlock, IScoreHandler sink, CancellationToken cancellation)
        {
            using var memory = new NativeBuffer((long)_padded * FacesAtOnce * sizeof(float));
            for (var block = firstBlock; block < endBlock; block += 2)
            {
                cancellation.ThrowIfCancellationRequested();
                Scan(block, Math.Min(endBlock, block + 2), memory.Floats, sink);
            }
            GC.KeepAlive(this);
        }

        private void Scan(int block, int endBlock, float* dots, IScoreHandler sink)
        {
            // An odd last block is done with itself as its partner.
            float* block1 = _gallery.Block(block), block2 = _gallery.Block(Math.Min(block + 1, _gallery.BlockCount - 1)),
                next = _gallery.Block(block + 2);
            var faces = Math.Min((endBlock - block) * 16, _gallery.Count - block * 16);
            for (var at = 0; at < _gallery.Dimension; at += Slab)
            {
                var dimensions = Math.Min(Slab, _gallery.Dimension - at);
                for (var probe = 0; probe < _padded; probe += PanelProbes)
                {
                    var panel = dots + probe * FacesAtOnce;
                    if (at == 0) new Span<float>(panel, PanelProbes * FacesAtOnce).Clear();
                    // Meanwhile the next two blocks come into the cache.
                    var ahead = new Prefetch(next + 2 * 16 * at, 2 * 16L * sizeof(float) * dimensions, probe / PanelProbes,
                        _padded / PanelProbes, dimensions);
                    SimdPath.Kernels.Dots(Mean(probe, at), block1 + at * 16, block2 + at * 16, dimensions, panel, ahead);
                    if (at + dimensions == _gallery.Dimension)
                        Deliver(probe, Math.Min(PanelProbes, _count - probe), block * 16, faces, panel, sink);
                }
            }
        }

        // From the dot products of a panel, just done and near, to its scores.
        private void Deliver(int first, int count, int firstFace, int faces, float* dots, IScoreHandler sink)
        {
            var shared = _gallery._kind == ScoreKind.SharedVariance;
            if (shared) SimdPath.Kernels.SharedScores(
                dots, _gallery._squared + firstFace, _gallery._variance + firstFace, _formulas.AsSpan(first, count));
            else TensorPrimitives.Clamp(
                new ReadOnlySpan<float>(dots, count * FacesAtOnce), -1f, 1f, new Span<float>(dots, count * FacesAtOnce));
            for (var i = 0; i < count; i++)
            {
                var scores = new Span<float>(dots + i * FacesAtOnce, faces);
                if (shared) Repair(first + i, firstFace, scores);
                sink.Take(first + i, firstFace, scores);
            }
        }

        public void Dispose() => _means.Dispose();

        // Slab after slab, in each panel after panel, in each dimension after dimension: 8 probes.
        private float* Mean(int probe, int dimension)
        {
            var slab = dimension / Slab * Slab;
            var slabDimensions = Math.Min(Slab, _gallery.Dimension - slab);
            return _means.Floats + slab * _padded + probe / PanelProbes * PanelProbes * slabDimensions + (dimension - slab) * PanelProbes +
                probe % PanelProbes;
        }

        private void Put(int probe, ReadOnlySpan<float> mean)
        {
            for (var slab = 0; slab < mean.Length; slab += Slab)
            {
                var at = Mean(probe, slab);
                foreach (var value in mean.Slice(slab, Math.Min(Slab, mean.Length - slab)))
                {
                    *at = value;
                    at += PanelProbes;
                }
            }
        }

        // A face outside the kernels' reach is scored in double precision.
        private void Repair(int probe, int firstFace, Span<float> scores)
        {
            var stray = IsStray(_formulas[probe].Squared, _formulas[probe].Variance);
            if (!stray && _gallery._strays.Count == 0) return;
            for (var i = 0; i < scores.Length; i++)
            {
                var face = firstFace + i;
                if (!stray && _gallery._strays.BinarySearch(face) < 0) continue;
                var (lane, squared) = ((nint)(_gallery.Block(face / 16) + face % 16), 0.0);
                for (var l = 0; l < _gallery.Dimension; l++)
                {
                    var difference = (double)*Mean(probe, l) - ((float*)lane)[l * 16];
                    squared += difference * difference;
                }
                scores[i] = DoublePrecisionScore.SharedVariance(
                    squared, _formulas[probe].Variance, _gallery._variance[face], _gallery.Dimension);
            }
        }
    }
}
