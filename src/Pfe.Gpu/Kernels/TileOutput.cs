using ILGPU;

namespace Pfe.Gpu.Kernels;

/// <summary>Where a tile's scores go: a row for each probe, and the best of each block of 16 faces where that is wanted.</summary>
internal struct TileOutput
{
    /// <summary>A row for each probe.</summary>
    public ArrayView<Lanes4> Scores;

    /// <summary>A row for each probe; empty where it is not wanted.</summary>
    public ArrayView<float> Maxima;

    /// <summary>Number of probes; those behind are padding.</summary>
    public int Probes;

    /// <summary>Number of blocks.</summary>
    public int Blocks;

    public ScoreTerms Terms;

    /// <summary>Writes what one thread has: four probes from <paramref name="firstProbe"/> on against a quarter of a block.</summary>
    public void Write(RegisterTile tile, int firstProbe, int block, int quarter, uint live)
    {
        Row(tile.Scores(0, Terms), firstProbe, block, quarter, live);
        Row(tile.Scores(1, Terms), firstProbe + 1, block, quarter, live);
        Row(tile.Scores(2, Terms), firstProbe + 2, block, quarter, live);
        Row(tile.Scores(3, Terms), firstProbe + 3, block, quarter, live);
    }

    // Every lane of a warp takes part in the exchange, whether it has something to write or not.
    private void Row(Lanes4 row, int probe, int block, int quarter, uint live)
    {
        var scores = Live.Mask(row, live >> (quarter * 4));
        var best = scores.Max;
        best = Lanes4.Greater(best, Warp.ShuffleXor(best, 1));
        best = Lanes4.Greater(best, Warp.ShuffleXor(best, 2));
        if (probe >= Probes || block >= Blocks) return;
        Scores[((long)probe * Blocks + block) * 4 + quarter] = scores;
        if (quarter == 0 && Maxima.Length > 0) Maxima[(long)probe * Blocks + block] = best;
    }
}
