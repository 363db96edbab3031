namespace Pfe.Scoring.Blocks;

/// <summary>Writes scores into a pinned matrix; threads write to different places.</summary>
internal sealed unsafe class MatrixSink(float* scores, int columns) : IScoreHandler
{
    public void Take(int probe, int firstFace, ReadOnlySpan<float> values) =>
        values.CopyTo(new Span<float>(scores + (long)probe * columns + firstFace, values.Length));
}

/// <summary>Keeps the best matches of each probe; one a thread.</summary>
internal sealed class TopSink(int probes, int k, float threshold) : IScoreHandler
{
    private readonly TopMatches[] _best = [.. Enumerable.Range(0, probes).Select(_ => new TopMatches(k, threshold))];

    public TopMatches this[int probe] => _best[probe];

    public void Take(int probe, int firstFace, ReadOnlySpan<float> values)
    {
        var best = _best[probe];
        for (var i = 0; i < values.Length; i++)
            if (values[i] >= best.MinScore) best.Add(new Match(firstFace + i, values[i]));
    }

    public static Match[][] Merge(IEnumerable<TopSink> sinks, int probes, int k, float threshold)
    {
        var all = new TopSink(probes, k, threshold);
        foreach (var sink in sinks)
            for (var probe = 0; probe < probes; probe++) all[probe].Add(sink[probe]);
        return [.. all._best.Select(best => best.ToArray())];
    }
}
