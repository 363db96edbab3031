using Pfe.Calibration;
using Pfe.Evaluation.Metrics;

namespace Pfe.Evaluation.Pairs;

/// <summary>How sure a <see cref="Reliability"/> is: 95 % intervals; they know that pairs share persons, where persons are known.</summary>
/// <param name="ExpectedCalibrationError">Of ECE.</param>
/// <param name="Cllr">Of Cllr.</param>
/// <param name="Loss">Of Cllr above the least possible, which is what calibration lost.</param>
/// <param name="Middle">Of the share observed among pairs told 10 % to 90 %; 0 to 1 where there are none.</param>
internal sealed record ReliabilityIntervals(Interval ExpectedCalibrationError, Interval Cllr, Interval Loss, Interval Middle)
{
    /// <summary>Resamples.</summary>
    /// <param name="evidence">ln likelihood ratio of each pair.</param>
    /// <param name="pairs">The pairs; where their identities are known, persons are resampled, and otherwise pairs, which makes the
    /// intervals too narrow.</param>
    /// <param name="options">Of the bootstrap; null for 200 resamples.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static ReliabilityIntervals Of(
        double[] evidence, PairList pairs, BootstrapOptions? options = null, CancellationToken cancellation = default)
    {
        // Sorted once, so that no resample has to sort anew.
        var order = new int[pairs.Count];
        for (var n = 0; n < order.Length; n++) order[n] = n;
        var sorted = (double[])evidence.Clone();
        Array.Sort(sorted, order);
        bool[] same = [.. order.Select(n => pairs.Same.Span[n])];
        var intervals = new PairBootstrap(pairs).Intervals(Values(Reliability.Of(sorted, same)), weight =>
        {
            int[] counts = [.. order.Select(weight)];
            // A sample without pairs of one kind says nothing.
            return Both(same, counts) ? Values(Reliability.Of(sorted, same, counts)) : [double.NaN, double.NaN, double.NaN, double.NaN];
        }, options ?? new() { Resamples = 200 }, cancellation);
        return new(Within(intervals[0], 1), Within(intervals[1], double.MaxValue), Within(intervals[2], double.MaxValue),
            Within(intervals[3], 1));
    }

    private static double[] Values(Reliability judged) =>
        [judged.ExpectedCalibrationError, judged.Cllr, judged.Cllr - judged.CllrMin, judged.Middle?.Observed ?? double.NaN];

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
