namespace Pfe.Evaluation.Metrics;

/// <summary>Detection and identification rate of mated probes at one rank and one threshold.</summary>
/// <param name="Rank">The mate is among this many best gallery entries.</param>
/// <param name="RequestedFar">The false alarm rate the threshold was chosen for; 1 for a closed set.</param>
/// <param name="Threshold">The smallest score that raises an alarm; minus infinity for a closed set.</param>
/// <param name="Far">Share of non-mated probes whose best score reaches the threshold (FPIR); not a number when there are none.</param>
/// <param name="Dir">Share of mated probes whose mate reaches threshold and rank (TPIR).</param>
public readonly record struct IdentificationPoint(int Rank, double RequestedFar, double Threshold, double Far, double Dir);

/// <summary>
/// 1:N identification on a probe x gallery matrix in which each probe has at most one mate. An other entry with the mate's own score counts
/// as ranked before it: a tie is no identification.
/// </summary>
public sealed class Identification
{
    private readonly (float Score, int Rank)[] _mates;
    private readonly SortedScores? _alarms;

    /// <summary>Ranks every probe.</summary>
    /// <param name="scores">Rows are probes, columns the gallery; at least one probe has a mate.</param>
    /// <exception cref="ArgumentException">A probe has two mates, or no probe has one.</exception>
    public Identification(ScoreMatrix scores)
    {
        var (mates, alarms) = (new List<(float, int)>(), new List<float>());
        for (var probe = 0; probe < scores.RowIdentities.Count; probe++)
        {
            var row = scores.Row(probe);
            var mate = MateOf(scores, probe);
            if (mate < 0) alarms.Add(Highest(row));
            else mates.Add((row[mate], RankOf(row, mate)));
        }
        if (mates.Count == 0) throw new ArgumentException("no probe has a mate in the gallery", nameof(scores));
        (_mates, _alarms) = ([.. mates], alarms.Count > 0 ? new SortedScores(alarms.ToArray()) : null);
    }

    /// <summary>Probes with a mate in the gallery.</summary>
    public int MatedProbes => _mates.Length;

    /// <summary>Probes without one.</summary>
    public int NonMatedProbes => _alarms?.Count ?? 0;

    /// <summary>Closed set: every probe is answered, whatever its score (the CMC curve at the given ranks).</summary>
    /// <param name="ranks">Ranks, each at least 1.</param>
    public IReadOnlyList<IdentificationPoint> ClosedSet(IReadOnlyList<int> ranks) =>
        [.. ranks.Select(rank => At(rank, double.NegativeInfinity) with { RequestedFar = 1 })];

    /// <summary>Open set: thresholds from the best scores of the non-mated probes, by <see cref="SortedScores.ThresholdAtFar"/>.</summary>
    /// <param name="ranks">Ranks, each at least 1.</param>
    /// <param name="fars">Requested false alarm rates.</param>
    /// <returns>For each rate in turn, one point a rank.</returns>
    /// <exception cref="InvalidOperationException">There is no probe without a mate, so no false alarm rate.</exception>
    public IReadOnlyList<IdentificationPoint> OpenSet(IReadOnlyList<int> ranks, IReadOnlyList<double> fars)
    {
        var alarms = _alarms ?? throw new InvalidOperationException("an open-set rate needs probes without a mate, and there are none");
        return [.. fars.SelectMany(far => ranks.Select(rank => At(rank, alarms.ThresholdAtFar(far)) with { RequestedFar = far }))];
    }

    private IdentificationPoint At(int rank, double threshold)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rank);
        var found = _mates.Count(mate => mate.Score >= threshold && mate.Rank <= rank);
        return new(rank, double.NaN, threshold, _alarms?.ShareAtLeast(threshold) ?? double.NaN, (double)found / _mates.Length);
    }

    private static int MateOf(ScoreMatrix scores, int probe)
    {
        var mate = -1;
        for (var column = 0; column < scores.ColumnIdentities.Count; column++)
        {
            if (scores.ColumnIdentities[column] != scores.RowIdentities[probe]) continue;
            if (mate >= 0) throw new ArgumentException($"probe {probe} has two mates in the gallery, columns {mate} and {column}; " +
                "identification takes at most one", nameof(scores));
            mate = column;
        }
        return mate;
    }

    private static int RankOf(ReadOnlySpan<float> row, int mate)
    {
        var rank = 0;
        foreach (var score in row) if (score >= row[mate]) rank++;
        return rank;
    }

    private static float Highest(ReadOnlySpan<float> row)
    {
        var highest = float.NegativeInfinity;
        foreach (var score in row) highest = Math.Max(highest, score);
        return highest;
    }
}
