namespace Pfe.Evaluation.Metrics;

/// <summary>Verification: true accept rate against false accept rate. Scores are higher for more alike; accept means score >=
/// threshold.</summary>
public static class Roc
{
    /// <summary>TAR and realised FAR at the thresholds for requested false accept rates; see
    /// <see cref="SortedScores.ThresholdAtFar"/>.</summary>
    /// <param name="genuine">Scores of pairs of one person.</param>
    /// <param name="impostor">Scores of pairs of two persons.</param>
    /// <param name="fars">Requested rates, each 0 to 1.</param>
    /// <returns>One point per requested rate, in their order.</returns>
    public static IReadOnlyList<OperatingPoint> AtFars(
        ReadOnlySpan<float> genuine, ReadOnlySpan<float> impostor, IReadOnlyList<double> fars) =>
        AtFars(new SortedScores(genuine), new SortedScores(impostor), fars);

    /// <summary>The same on scores that are sorted already.</summary>
    /// <param name="genuine">Scores of pairs of one person.</param>
    /// <param name="impostor">Scores of pairs of two persons.</param>
    /// <param name="fars">Requested rates, each 0 to 1.</param>
    public static IReadOnlyList<OperatingPoint> AtFars(SortedScores genuine, SortedScores impostor, IReadOnlyList<double> fars) =>
        [.. fars.Select(far => At(genuine, impostor, impostor.ThresholdAtFar(far)) with { RequestedFar = far })];

    /// <summary>TAR and FAR at a given threshold.</summary>
    /// <param name="genuine">Scores of pairs of one person.</param>
    /// <param name="impostor">Scores of pairs of two persons.</param>
    /// <param name="threshold">The smallest score that is accepted.</param>
    public static OperatingPoint At(SortedScores genuine, SortedScores impostor, double threshold)
    {
        var far = impostor.ShareAtLeast(threshold);
        return new OperatingPoint(far, threshold, far, genuine.ShareAtLeast(threshold));
    }

    /// <summary>
    /// The whole curve, strictest first: a point just above the highest impostor score (FAR 0), then one at every distinct impostor score
    /// down to the lowest (FAR 1).
    /// </summary>
    /// <param name="genuine">Scores of pairs of one person.</param>
    /// <param name="impostor">Scores of pairs of two persons.</param>
    public static IReadOnlyList<OperatingPoint> Curve(ReadOnlySpan<float> genuine, ReadOnlySpan<float> impostor)
    {
        var (mates, others) = (new SortedScores(genuine), new SortedScores(impostor));
        var points = new List<OperatingPoint> { At(mates, others, SortedScores.JustAbove(others.Highest)) };
        var ascending = others.Ascending;
        for (var i = ascending.Length - 1; i >= 0; i--)
            if (i == 0 || ascending[i - 1] != ascending[i]) points.Add(At(mates, others, ascending[i]));
        return points;
    }
}
