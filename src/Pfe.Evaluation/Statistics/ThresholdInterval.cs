using Pfe.Calibration;
using Pfe.Evaluation.Metrics;

namespace Pfe.Evaluation.Statistics;

/// <summary>A threshold with an interval that knows that pairs share persons: persons are resampled, not pairs.</summary>
internal static class ThresholdInterval
{
    /// <summary>Finds the threshold.</summary>
    /// <param name="scored">The scored pairs; with identities, these are resampled, otherwise pairs count as independent.</param>
    /// <param name="falseMatchRate">Above 0, below 1.</param>
    /// <param name="options">Of the bootstrap.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">The impostor pairs cannot support the rate.</exception>
    public static ThresholdEstimate Find(
        ScoredPairList scored, double falseMatchRate, BootstrapOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new() { Resamples = 200 };
        var found = ThresholdEstimate.Find(scored.Impostor, falseMatchRate, options.Confidence);
        if (scored.Pairs.Identities is not { } identities) return found;
        var impostors = ImpostorsFromTheTop(scored, identities);
        var interval = Bootstrap.Intervals(
            identities.Max() + 1, [found.Threshold], drawn => [ThresholdOf(impostors, drawn, falseMatchRate)], options, cancellation)[0];
        return found with { Low = interval.Low, High = interval.High };
    }

    private static (float Score, int First, int Second)[] ImpostorsFromTheTop(ScoredPairList scored, IReadOnlyList<int> identities)
    {
        ReadOnlySpan<int> first = scored.Pairs.First.Span, second = scored.Pairs.Second.Span;
        var same = scored.Pairs.Same.Span;
        var (pairs, filled) = (new (float Score, int, int)[scored.Impostor.Length], 0);
        for (var n = 0; n < same.Length; n++)
            if (!same[n]) pairs[filled++] = (scored.Scores[n], identities[first[n]], identities[second[n]]);
        Array.Sort(pairs, static (a, b) => b.Score.CompareTo(a.Score));
        return pairs;
    }

    private static double ThresholdOf((float Score, int First, int Second)[] impostors, int[] drawn, double rate)
    {
        var total = 0L;
        foreach (var (_, first, second) in impostors) total += drawn[first] * drawn[second];
        var (allowed, passed) = (rate * total, 0L);
        foreach (var (score, first, second) in impostors)
        {
            passed += drawn[first] * drawn[second];
            if (passed > allowed) return MathF.BitIncrement(score);
        }
        return double.NaN;
    }
}
