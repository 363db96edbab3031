using System.Globalization;

namespace Pfe.Evaluation.Metrics;

/// <summary>How intervals are made.</summary>
public sealed record BootstrapOptions
{
    /// <summary>Number of resamples; more make the interval's ends steadier, not narrower. Default 500.</summary>
    public int Resamples { get; init; } = 500;

    /// <summary>Share of repetitions of the whole experiment that the interval is meant to cover. Default 0.95.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Same seed, same interval, on any number of threads. Default 1.</summary>
    public int Seed { get; init; } = 1;

    internal void Validate()
    {
        if (Resamples < 2) throw new InvalidConfigurationException(
            $"{Resamples} resamples make no interval; 2 are the least, some hundreds are usual");
        if (Confidence is not (> 0 and < 1))
            throw new InvalidConfigurationException(string.Create(
            CultureInfo.InvariantCulture, $"a confidence lies between 0 and 1, not at {Confidence}"));
    }
}

/// <summary>A confidence interval.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct Interval(double Low, double High);

/// <summary>
/// Bootstrap intervals for any statistic of a sample of units (identities, where there are some: images of one person are no independent
/// evidence). Units are drawn with replacement; the statistic is told how often each was drawn.
/// </summary>
/// <remarks>
/// The intervals are re-centred: a pair statistic is biased under resampling (an identity drawn twice adds no new impostors), so the
/// resampled values are shifted until their mean is the estimate (Conti and Clemencon, "Assessing Uncertainty in Similarity Scoring",
/// 2024).
/// </remarks>
internal static class Bootstrap
{
    /// <summary>Computes one interval for each of several statistics.</summary>
    /// <param name="units">Number of units, at least 1.</param>
    /// <param name="estimates">The statistics on the sample itself.</param>
    /// <param name="statistic">From how often each unit was drawn to the statistics, in the estimates' order; called from several threads.
    /// A value that is not a number (nothing left to count) is left out.</param>
    /// <param name="options">How many resamples, which confidence, which seed.</param>
    /// <param name="cancellation">Stops the work between resamples.</param>
    public static IReadOnlyList<Interval> Intervals(
        int units, IReadOnlyList<double> estimates, Func<int[], double[]> statistic, BootstrapOptions options,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(units);
        options.Validate();
        var values = new double[options.Resamples][];
        Parallel.For(0, options.Resamples, new ParallelOptions { CancellationToken = cancellation }, resample =>
            values[resample] = statistic(Draw(units, new Random(unchecked(options.Seed * 1_000_003 + resample)))));
        return [.. estimates.Select(
            (estimate, index) => Recentred(estimate, [.. values.Select(row => row[index]).Where(double.IsFinite)], options.Confidence))];
    }

    private static int[] Draw(int units, Random random)
    {
        var counts = new int[units];
        for (var draw = 0; draw < units; draw++) counts[random.Next(units)]++;
        return counts;
    }

    private static Interval Recentred(double estimate, double[] values, double confidence)
    {
        if (values.Length == 0) return new(double.NaN, double.NaN);
        Array.Sort(values);
        var shift = estimate - values.Average();
        return new(Quantile(values, (1 - confidence) / 2) + shift, Quantile(values, (1 + confidence) / 2) + shift);
    }

    // Linear between order statistics, as numpy's default.
    private static double Quantile(double[] ascending, double share)
    {
        var at = share * (ascending.Length - 1);
        var below = (int)at;
        var above = Math.Min(below + 1, ascending.Length - 1);
        return ascending[below] + (at - below) * (ascending[above] - ascending[below]);
    }
}
