using System.Numerics.Tensors;
using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Scoring.Blocks;

/// <summary>
/// Some probes as the kernels read them against one gallery, in the gallery's scale and padded like it: for each pair of dimensions mean,
/// variance, mean, variance. Several probes are interleaved by fours, a cache line for each pair of dimensions, slab after slab
/// (<see cref="BlockScan.Slab"/>): the passes over a slab read one stream.
/// </summary>
internal sealed unsafe class ProbeRows : IDisposable
{
    private const int Together = 4;

    private readonly IFaceRows _probes;
    private readonly UseCount.Use _use;
    private readonly NativeBuffer _memory;
    private readonly int[] _periods;
    private readonly int _first;
    private readonly int _padded;

    /// <summary>Lays out rows <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> - 1.</summary>
    public ProbeRows(IFaceRows probes, int first, int count, FaceBlocks gallery)
    {
        EmbeddingValidation.SameLength(gallery.Dimension, probes.Dimension);
        (_probes, _first, _padded, Count) = (probes, first, gallery.Padded, count);
        _use = probes.Enter();
        _periods = new int[PaddedCount];
        // The last four are filled up with neutral probes.
        _memory = new NativeBuffer((long)PaddedCount * _padded * 2 * sizeof(float));
        var reader = new FaceReader(probes);
        var (meanScale, varianceScale) =
            (gallery.Store == BlockStore.Float32 ? gallery.Scale.Mean : FaceBlocks.Int16Unit, gallery.Scale.Variance);
        Span<float> mean = new float[_padded], variance = new float[_padded];
        for (var row = 0; row < PaddedCount; row++)
        {
            mean.Clear();
            variance.Fill(0.5f);
            if (row < count)
            {
                var mu = reader.Read(first + row, out var sigmaSquared);
                if (EmbeddingValidation.FitsKernels(mu, sigmaSquared, out var range))
                    _periods[row] = gallery.Scale.Period(gallery.Range, range);
                if (_periods[row] > 0)
                {
                    TensorPrimitives.Multiply(mu, meanScale, mean);
                    TensorPrimitives.Multiply(sigmaSquared, varianceScale, variance);
                }
            }
            Put(row, mean, variance);
        }
    }

    public int Count { get; }

    /// <summary>One probe: nothing to interleave.</summary>
    public bool IsAlone => Count == 1;

    /// <summary>Count and the neutral probes behind, if there are any.</summary>
    public int PaddedCount => IsAlone ? Count : (Count + Together - 1) / Together * Together;

    /// <summary>Floats from one pair of a probe's dimensions to the next.</summary>
    public int Step => IsAlone ? 4 : 4 * Together;

    /// <summary>How many pairs of dimensions the kernels may multiply for a probe; 0 where its variances are out of their reach.</summary>
    public int Period(int row) => _periods[row];

    /// <summary>How many probes from <paramref name="row"/> on go into one pass, 4 or 1: only probes of one period share a pass, so that
    /// none changes another's result.</summary>
    public int Pass(int row)
    {
        if (IsAlone || row % Together != 0) return 1;
        for (var next = row + 1; next < Math.Min(row + Together, Count); next++)
            if (_periods[next] != _periods[row]) return 1;
        return Together;
    }

    /// <summary>A probe as it came.</summary>
    public ReadOnlySpan<float> Read(int row, out ReadOnlySpan<float> variance) => new FaceReader(_probes).Read(_first + row, out variance);

    /// <summary>A probe's values from an even dimension on; <see cref="Step"/> floats lead to its next pair, to the end of the slab or,
    /// alone, of all.</summary>
    public float* Row(int row, int dimension = 0)
    {
        if (IsAlone) return _memory.Floats + row * 2 * _padded + dimension * 2;
        var slab = dimension / BlockScan.Slab * BlockScan.Slab;
        var slabDimensions = Math.Min(BlockScan.Slab, _padded - slab);
        return _memory.Floats + (slab * PaddedCount + row / Together * Together * slabDimensions) * 2 + (dimension - slab) / 2 * Step +
            row % Together * 4;
    }

    public void Dispose()
    {
        _memory.Dispose();
        _use.Dispose();
    }

    private void Put(int row, ReadOnlySpan<float> mean, ReadOnlySpan<float> variance)
    {
        for (var slab = 0; slab < _padded; slab += BlockScan.Slab)
        {
            var (at, end) = ((nint)Row(row, slab), Math.Min(slab + BlockScan.Slab, _padded));
            for (var l = slab; l < end; l += 2, at += Step * sizeof(float))
            {
                var pair = (float*)at;
                (pair[0], pair[1], pair[2], pair[3]) = (mean[l], variance[l], mean[l + 1], variance[l + 1]);
            }
        }
    }
}
