using Pfe.Scoring.Kernels;

namespace Pfe.Scoring.Blocks;

/// <summary>Some probes as the kernels read them against one gallery: mean, variance, mean, variance, ..., in the gallery's scale and padded like it.</summary>
internal sealed unsafe class ProbeRows : IDisposable
{
    private readonly EmbeddingSet _probes;
    private readonly AlignedMemory _memory;
    private readonly int[] _periods;

    /// <summary>Lays out rows <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> - 1.</summary>
    public ProbeRows(EmbeddingSet probes, int first, int count, FaceBlocks gallery)
    {
        FaceGuard.SameLength(gallery.Dimension, probes.Dimension);
        _probes = probes;
        var reader = new FaceReader(probes);
        (First, Count, Stride) = (first, count, gallery.Padded * 2);
        _periods = new int[(count + 3) / 4 * 4];
        // Four probes make a pass: the last pass is filled up with neutral ones.
        _memory = new AlignedMemory((long)(count + 3) / 4 * 4 * Stride * sizeof(float));
        var (meanScale, varianceScale) = (gallery.Store == BlockStore.Float32 ? gallery.Scale.Mean : FaceBlocks.Int16Unit, gallery.Scale.Variance);
        for (var row = 0; row < (count + 3) / 4 * 4; row++)
        {
            var values = Row(row);
            for (var l = 0; l < gallery.Padded; l++) values[2 * l + 1] = 0.5f;
            if (row >= count) continue;
            var mu = reader.Read(first + row, out var variance);
            if (FaceGuard.FitsKernels(mu, variance, out var range)) _periods[row] = gallery.Scale.Period(gallery.Range, range);
            if (_periods[row] == 0) continue;
            for (var l = 0; l < mu.Length; l++) (values[2 * l], values[2 * l + 1]) = (mu[l] * meanScale, variance[l] * varianceScale);
        }
    }

    /// <summary>The first probe's row in its set.</summary>
    public int First { get; }

    public int Count { get; }

    /// <summary>Floats from one probe to the next.</summary>
    public int Stride { get; }

    /// <summary>How many pairs of dimensions the kernels may multiply for a probe; 0 where its variances are out of their reach.</summary>
    public int Period(int row) => _periods[row];

    /// <summary>How many probes from <paramref name="row"/> on go into one pass, 4 or 1: only probes of one period share a pass, so that none changes another's result.</summary>
    public int Pass(int row)
    {
        if (row + 1 >= Count) return 1;
        for (var next = row + 1; next < Math.Min(row + 4, Count); next++)
            if (_periods[next] != _periods[row]) return 1;
        return 4;
    }

    /// <summary>A probe as it came.</summary>
    public ReadOnlySpan<float> Read(int row, out ReadOnlySpan<float> variance) => new FaceReader(_probes).Read(First + row, out variance);

    public float* Row(int row) => _memory.Floats + (long)row * Stride;

    public void Dispose() => _memory.Dispose();
}
