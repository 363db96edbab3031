using Pfe.Calibration;
using Pfe.Evaluation.Metrics;

namespace Pfe.Evaluation.Pairs;

/// <summary>How sure a <see cref="Reliability"/> is: 95 % intervals that know that pairs share persons, as persons are resampled.</summary>
/// <param name="ExpectedCalibrationError">Of ECE.</param>
/// <param name="Cllr">Of Cllr.</param>
/// <param name="Loss">Of Cllr above the least possible, which is what calibration lost.</param>
/// <param name="Middle">Of the share observed among pairs told 10 % to 90 %; 0 to 1 where there are none.</param>
public sealed record ReliabilityIntervals(Interval ExpectedCalibrationError, Interval Cllr, Interval Loss, Interval Middle)
{
    /// <summary>Resamples.</summary>
    /// <param name="evidence">ln likelihood ratio of each pair.</param>
    /// <param name="pairs">The pairs; with identities.</param>
    /// <param name="options">Of the bootstrap; null for 200 resamples.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static ReliabilityIntervals Of(double[] evidence, PairList pairs, BootstrapOptions? options = null, CancellationToken cancellation = default)
    {
        var identities = pairs.Identities ?? throw new ArgumentException("persons can be resampled only where they are known", nameof(pairs));
        var estimate = Reliability.Of(evidence, pairs.Same.Span);
        var intervals = Bootstrap.Intervals(identities.Max() + 1, Values(estimate), drawn =>
        {
            var counts = Counts(pairs, identities, drawn);
            // A sample without pairs of one kind says nothing.
            return Both(pairs.Same.Span, counts) ? Values(Reliability.Of(evidence, pairs.Same.Span, counts)) : [double.NaN, double.NaN, double.NaN, double.NaN];
        }, options ?? new() { Resamples = 200 }, cancellation);
        return new(Within(intervals[0], 1), Within(intervals[1], double.MaxValue), Within(intervals[2], double.MaxValue), Within(intervals[3], 1));
    }

    private static double[] Values(Reliability judged) =>
        [judged.ExpectedCalibrationError, judged.Cllr, judged.Cllr - judged.CllrMin, judged.Middle?.Observed ?? double.NaN];

    // A genuine pair counts as often as its person was drawn, an impostor pair as often as both were.
    private static int[] Counts(PairList pairs, IReadOnlyList<int> identities, int[] drawn)
    {
        ReadOnlySpan<int> first = pairs.First.Span, second = pairs.Second.Span;
        var same = pairs.Same.Span;
        var counts = new int[pairs.Count];
        for (var n = 0; n < counts.Length; n++) counts[n] = drawn[identities[first[n]]] * (same[n] ? 1 : drawn[identities[second[n]]]);
        return counts;
    }

    private static bool Both(ReadOnlySpan<bool> same, int[] counts)
    {
        var (genuine, impostor) = (false, false);
        for (var n = 0; n < counts.Length && !(genuine && impostor); n++)
        {
            genuine |= same[n] && counts[n] > 0;
            impostor |= !same[n] && counts[n] > 0;
        }
        return genuine && impostor;
    }

    // Re-centring may push an end past what is possible; where nothing was left to count, everything is possible.
    private static Interval Within(Interval interval, double most) =>
        double.IsNaN(interval.Low) ? new(0, most) : new(Math.Clamp(interval.Low, 0, most), Math.Clamp(interval.High, 0, most));
}
