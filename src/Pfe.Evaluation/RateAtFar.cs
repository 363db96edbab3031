using Pfe.Evaluation.Metrics;

namespace Pfe.Evaluation;

/// <summary>A true accept rate with what is known of its uncertainty: a deviation over splits, or an interval on one list.</summary>
/// <param name="RequestedFar">The false accept rate the threshold was chosen for.</param>
/// <param name="Far">The realised one; the mean over splits.</param>
/// <param name="Tar">True accept rate; the mean over splits.</param>
/// <param name="Threshold">The smallest accepted score; the mean over splits.</param>
/// <param name="TarDeviation">Standard deviation of the TAR over splits; null for one list.</param>
/// <param name="TarLow">Lower end of the bootstrap interval; null without one.</param>
/// <param name="TarHigh">Upper end of the bootstrap interval; null without one.</param>
public sealed record RateAtFar(
    double RequestedFar, double Far, double Tar, double Threshold, double? TarDeviation = null, double? TarLow = null,
    double? TarHigh = null)
{
    /// <summary>One list's point, with its interval where there is one.</summary>
    /// <param name="point">The point.</param>
    /// <param name="interval">Its interval, or null.</param>
    public static RateAtFar Of(OperatingPoint point, Interval? interval) =>
        new(point.RequestedFar, point.Far, point.Tar, point.Threshold, null, interval?.Low, interval?.High);

    /// <summary>Mean and deviation over splits.</summary>
    /// <param name="splits">The same rate in every split.</param>
    public static RateAtFar Over(IReadOnlyList<OperatingPoint> splits) =>
        new(splits[0].RequestedFar, splits.Average(point => point.Far), splits.Average(point => point.Tar),
            splits.Average(point => point.Threshold),
            StandardDeviation.Of([.. splits.Select(point => point.Tar)]));
}

/// <summary>How a result's intervals were made.</summary>
/// <param name="Confidence">Share of repetitions they are meant to cover.</param>
/// <param name="Resamples">Number of resamples.</param>
/// <param name="Seed">Seed of the draws.</param>
/// <param name="Unit">What was resampled: "identity" or "pair".</param>
/// <param name="Units">How many of them there are.</param>
public sealed record IntervalMethod(double Confidence, int Resamples, int Seed, string Unit, int Units)
{
    internal static IntervalMethod Of(BootstrapOptions options, Pairs.VerificationBootstrap bootstrap) =>
        new(options.Confidence, options.Resamples, options.Seed, bootstrap.ByIdentity ? "identity" : "pair", bootstrap.Units);
}
