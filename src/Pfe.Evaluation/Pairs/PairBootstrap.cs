using Pfe.Evaluation.Metrics;

namespace Pfe.Evaluation.Pairs;

/// <summary>
/// Bootstrap intervals of any statistic of weighted pairs. Where identities are known, these are resampled: a genuine pair counts as often
/// as its person was drawn, an impostor pair as often as both were. Otherwise the pairs are.
/// </summary>
internal sealed class PairBootstrap
{
    private readonly int[] _first;
    private readonly int[] _second;
    private readonly int _units;

    /// <summary>Prepares pairs.</summary>
    /// <param name="pairs">The pairs.</param>
    public PairBootstrap(PairList pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var rows = Enumerable.Range(0, pairs.Count);
        // -1 stands for "always once": one unit decides the weight.
        (_first, _second, _units) = pairs.Identities is { } identities
            ? ([.. rows.Select(n => identities[pairs.First.Span[n]])],
                [.. rows.Select(n => pairs.Same.Span[n] ? -1 : identities[pairs.Second.Span[n]])], identities.DefaultIfEmpty(-1).Max() + 1)
            : ((int[])[.. rows], Enumerable.Repeat(-1, pairs.Count).ToArray(), pairs.Count);
    }

    /// <summary>Computes intervals.</summary>
    /// <param name="estimates">The statistics on the pairs themselves.</param>
    /// <param name="statistic">From each pair's weight to the statistics, in the estimates' order; called from several threads. What is not
    /// a number is left out.</param>
    /// <param name="options">How many resamples, which confidence, which seed.</param>
    /// <param name="cancellation">Stops the work between resamples.</param>
    public IReadOnlyList<Interval> Intervals(
        IReadOnlyList<double> estimates, Func<Func<int, int>, double[]> statistic, BootstrapOptions options,
        CancellationToken cancellation = default) =>
        Bootstrap.Intervals(_units, estimates, drawn =>
            statistic(n => drawn[_first[n]] * (_second[n] < 0 ? 1 : drawn[_second[n]])), options, cancellation);
}
