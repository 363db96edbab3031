using Pfe.Gpu.Kernels;
using Pfe.Scoring.Blocks;

namespace Pfe.Gpu.Search;

/// <summary>Some probes as the kernels read them, and the bound of each.</summary>
internal sealed unsafe class CardProbes : IDisposable
{
    private readonly ProbeRows[] _rows;
    private readonly ScoreBound[] _bounds;

    public CardProbes(IFaceRows probes, int first, int count, FaceBlocks layout)
    {
        (Layout, _bounds, _rows) = (layout, new ScoreBound[count], new ProbeRows[count]);
        var reader = new FaceReader(probes);
        for (var probe = 0; probe < count; probe++)
        {
            _rows[probe] = new ProbeRows(probes, first + probe, 1, layout);
            var mu = reader.Read(first + probe, out var variance);
            if (Scoring.EmbeddingValidation.FitsKernels(mu, variance, out var range)) _bounds[probe] = ScoreBound.Of(layout, range);
        }
    }

    public FaceBlocks Layout { get; }

    /// <summary>A probe as the processor's kernels read it.</summary>
    public ProbeRows Row(int probe) => _rows[probe];

    public ScoreBound Bound(int probe) => _bounds[probe];

    /// <summary>Whether four factors in a row stay in single precision's range; else the processor searches for the probe.</summary>
    public bool FitsScan(int probe) => _rows[probe].Period(0) >= 2;

    /// <summary>Whether 16 do.</summary>
    public bool FitsTile(int probe) => _rows[probe].Period(0) >= 8;

    /// <summary>A probe for a scan: mean and variance by turns.</summary>
    public ReadOnlySpan<float> Alone(int probe) => new(_rows[probe].Row(0), 2 * Layout.Padded);

    /// <summary>Probes for a tile: a row for each dimension, padded with neutral probes.</summary>
    public (float[] Means, float[] Variances, int Padded) Together(IReadOnlyList<int> probes)
    {
        var padded = (probes.Count + TileKernel16.ProbesInATile - 1) / TileKernel16.ProbesInATile * TileKernel16.ProbesInATile;
        var (means, variances) = (new float[padded * Layout.Padded], new float[padded * Layout.Padded]);
        variances.AsSpan().Fill(0.5f);
        for (var at = 0; at < probes.Count; at++)
        {
            var row = Alone(probes[at]);
            for (var l = 0; l < Layout.Padded; l++) (means[l * padded + at], variances[l * padded + at]) = (row[2 * l], row[2 * l + 1]);
        }
        return (means, variances, padded);
    }

    /// <summary>Where the selection begins for a probe.</summary>
    public ProbeState State(int probe, float threshold) => new()
    {
        Cut = threshold == float.NegativeInfinity ? threshold : (float)(threshold - 2 * _bounds[probe].At(threshold)),
        Bound = _bounds[probe].AtZero,
        BoundSlope = _bounds[probe].Slope,
    };

    public void Dispose()
    {
        foreach (var row in _rows) row?.Dispose();
    }
}
