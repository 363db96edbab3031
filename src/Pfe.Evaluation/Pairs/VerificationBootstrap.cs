using Pfe.Evaluation.Metrics;

namespace Pfe.Evaluation.Pairs;

/// <summary>
/// Confidence intervals for TAR at a FAR. Where the pairs' identities are known, identities are resampled: a pair counts as often as both
/// its persons were drawn. Otherwise genuine and impostor pairs are resampled, which makes intervals too narrow when images recur.
/// </summary>
internal sealed class VerificationBootstrap
{
    private readonly Scored[] _genuine;
    private readonly Scored[] _impostor;

    // First and Second are the units (identities, or the pair itself twice over) whose draws give the pair its weight; -1 for "always
    // once".
    private readonly record struct Scored(float Score, int First, int Second);

    /// <summary>Prepares scored pairs.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="scores">One score a pair, higher for more alike.</param>
    public VerificationBootstrap(PairList pairs, ReadOnlySpan<float> scores)
    {
        if (scores.Length != pairs.Count) throw new ArgumentException($"{scores.Length} scores for {pairs.Count} pairs", nameof(scores));
        ByIdentity = pairs.Identities is not null;
        Units = pairs.Identities?.DefaultIfEmpty(-1).Max() + 1 ?? pairs.Count;
        (_genuine, _impostor) = (new Scored[pairs.GenuineCount], new Scored[pairs.ImpostorCount]);
        ReadOnlySpan<int> first = pairs.First.Span, second = pairs.Second.Span;
        var same = pairs.Same.Span;
        var (g, i) = (0, 0);
        for (var n = 0; n < scores.Length; n++)
        {
            var unit = pairs.Identities is { } identities ? (identities[first[n]], identities[second[n]]) : (n, -1);
            var pair = new Scored(scores[n], unit.Item1, unit.Item2);
            if (same[n]) _genuine[g++] = pair with { Second = -1 };
            else _impostor[i++] = pair;
        }
        Array.Sort(_impostor, static (a, b) => b.Score.CompareTo(a.Score));
    }

    /// <summary>Whether identities are resampled, rather than pairs.</summary>
    public bool ByIdentity { get; }

    /// <summary>Number of identities, or of pairs, that are drawn from.</summary>
    public int Units { get; }

    /// <summary>An interval for the TAR at each requested FAR, the threshold being chosen anew in every resample.</summary>
    /// <param name="fars">Requested false accept rates.</param>
    /// <param name="options">How many resamples, which confidence, which seed.</param>
    /// <param name="cancellation">Stops the work between resamples.</param>
    public IReadOnlyList<Interval> TarAtFars(IReadOnlyList<double> fars, BootstrapOptions options, CancellationToken cancellation = default)
    {
        var once = new int[Units];
        Array.Fill(once, 1);
        var intervals = Bootstrap.Intervals(Units, TarAtFars(once, fars), counts => TarAtFars(counts, fars), options, cancellation);
        return [.. intervals.Select(interval => new Interval(Math.Clamp(interval.Low, 0, 1), Math.Clamp(interval.High, 0, 1)))];
    }

    /// <summary>Intervals of any statistic of the genuine pairs at a FAR, the threshold being chosen anew in every resample.</summary>
    /// <param name="far">The false accept rate.</param>
    /// <param name="estimates">The statistics on the pairs themselves.</param>
    /// <param name="statistic">From the threshold and each genuine pair's weight, in the pairs' order, to the statistics; called from
    /// several threads. What is not a number is left out.</param>
    /// <param name="options">How many resamples, which confidence, which seed.</param>
    /// <param name="cancellation">Stops the work between resamples.</param>
    public IReadOnlyList<Interval> AtFar(
        double far, IReadOnlyList<double> estimates, Func<double, int[], double[]> statistic, BootstrapOptions options,
        CancellationToken cancellation = default) =>
        Bootstrap.Intervals(Units, estimates, counts =>
        {
            var total = 0L;
            foreach (var pair in _impostor) total += Weight(pair, counts);
            return statistic(ThresholdAtFar(total, far, counts), Array.ConvertAll(_genuine, pair => Weight(pair, counts)));
        }, options, cancellation);

    /// <summary>The statistic itself: TARs when each unit counts as often as it was drawn.</summary>
    internal double[] TarAtFars(int[] counts, IReadOnlyList<double> fars)
    {
        var total = 0L;
        foreach (var pair in _impostor) total += Weight(pair, counts);
        return [.. fars.Select(far => ShareAtLeast(ThresholdAtFar(total, far, counts), counts))];
    }

    private double ThresholdAtFar(long total, double far, int[] counts)
    {
        if (total == 0) return double.NaN;
        var (wanted, seen) = ((long)Math.Round(total * far, MidpointRounding.ToEven), 0L);
        foreach (var pair in _impostor)
        {
            seen += Weight(pair, counts);
            if (seen == 0) continue;
            if (wanted == 0) return SortedScores.JustAbove(pair.Score);
            if (seen >= wanted) return pair.Score;
        }
        return _impostor[^1].Score;
    }

    private double ShareAtLeast(double threshold, int[] counts)
    {
        var (accepted, total) = (0L, 0L);
        foreach (var pair in _genuine)
        {
            var weight = Weight(pair, counts);
            total += weight;
            if (pair.Score >= threshold) accepted += weight;
        }
        return double.IsNaN(threshold) ? double.NaN : (double)accepted / total;
    }

    private static int Weight(in Scored pair, int[] counts) => counts[pair.First] * (pair.Second < 0 ? 1 : counts[pair.Second]);
}
