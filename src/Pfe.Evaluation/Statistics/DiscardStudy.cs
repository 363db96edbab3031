using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;

namespace Pfe.Evaluation.Statistics;

/// <summary>One measure of quality on one list of pairs.</summary>
/// <param name="Curve">Its curve.</param>
/// <param name="Area">95 % interval of its partial area.</param>
/// <param name="Behind">Its partial area less that of the first measure: above 0 it is worse.</param>
/// <param name="BehindInterval">95 % interval of that difference, both areas taken on the same resample.</param>
internal sealed record DiscardRow(DiscardCurve Curve, Interval Area, double Behind, Interval BehindInterval);

/// <summary>
/// Error-versus-discard curves of several measures with bootstrap intervals over persons. Persons, not pairs, are drawn, and the threshold
/// is chosen anew in every resample, as everything else about the sample would change with other people.
/// </summary>
/// <param name="Rows">One row a measure, in the order given.</param>
internal sealed record DiscardStudy(IReadOnlyList<DiscardRow> Rows)
{
    /// <summary>Measures.</summary>
    /// <param name="scored">The pairs.</param>
    /// <param name="falseMatchRate">Where the threshold lies.</param>
    /// <param name="measures">Name and quality of every face, higher for better; the first is the one that others are held against.</param>
    /// <param name="bootstrap">How the intervals are made.</param>
    /// <param name="cancellation">Stops the work between resamples.</param>
    public static DiscardStudy Of(
        ScoredPairList scored, double falseMatchRate, IReadOnlyList<(string Name, double[] Values)> measures, BootstrapOptions bootstrap,
        CancellationToken cancellation = default)
    {
        var threshold = scored.ThresholdAt(falseMatchRate);
        var qualities = measures.Select(measure => PairQuality(scored.Pairs, measure.Values)).ToArray();
        var curves = measures.Select((measure, m) => DiscardCurve.Of(measure.Name, scored.Genuine, qualities[m], threshold)).ToArray();
        var orders = Array.ConvertAll(qualities, quality => new DiscardOrder(quality));
        var intervals = new VerificationBootstrap(scored.Pairs, scored.Scores)
            .AtFar(falseMatchRate, WithDifferences([.. curves.Select(curve => curve.PartialArea)]), (drawn, weights) =>
        {
            var missed = DiscardCurve.Missed(scored.Genuine, drawn);
            return WithDifferences([.. orders.Select(
                order => DiscardCurve.PartialAreaOf(order.Fnmr(missed, weights, DiscardCurve.Shares)))]);
        }, bootstrap, cancellation);
        return new([.. curves.Select(
            (curve, m) => new DiscardRow(curve, intervals[m], curve.PartialArea - curves[0].PartialArea, intervals[curves.Length + m]))]);
    }

    private static double[] WithDifferences(double[] areas) => [.. areas, .. areas.Select(area => area - areas[0])];

    // ISO/IEC 29794-1: a pair is as good as the worse of its two.
    private static double[] PairQuality(PairList pairs, double[] values)
    {
        ReadOnlySpan<int> first = pairs.First.Span, second = pairs.Second.Span;
        var same = pairs.Same.Span;
        var (quality, g) = (new double[pairs.GenuineCount], 0);
        for (var n = 0; n < same.Length; n++)
            if (same[n]) quality[g++] = Math.Min(values[first[n]], values[second[n]]);
        return quality;
    }
}
