using Pfe.Calibration;
using Pfe.Evaluation.Metrics;

namespace Pfe.Evaluation.Statistics;

/// <summary>Error rates within one group of a user's own labels.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Faces">How many faces it has.</param>
/// <param name="MeanUncertainty">Mean over its faces of mean ln sigma^2.</param>
/// <param name="Uncertainty">95 % interval of that mean, persons counting as independent and not their faces; not a number for one
/// person.</param>
/// <param name="Genuine">Genuine pairs within the group.</param>
/// <param name="Fnmr">Share of them below the threshold.</param>
/// <param name="Impostor">Impostor pairs within the group.</param>
/// <param name="Fmr">Share of them at or above the threshold.</param>
internal sealed record SubgroupRates(
    string Group, int Faces, double MeanUncertainty, Interval Uncertainty, int Genuine, RateInterval Fnmr, int Impostor, RateInterval Fmr)
{
    /// <summary>Computes one row a group, both faces of a pair being of the group, at one threshold for all.</summary>
    /// <param name="groups">Each face's group; null for a face without one.</param>
    /// <param name="uncertainty">Each face's mean ln sigma^2.</param>
    /// <param name="scored">The scored pairs.</param>
    /// <param name="threshold">Pairs with at least this score match.</param>
    public static IReadOnlyList<SubgroupRates> Of(
        IReadOnlyList<string?> groups, IReadOnlyList<double> uncertainty, ScoredPairList scored, double threshold)
    {
        var tally = new SortedDictionary<string, (int Genuine, int Missed, int Impostor, int Matched)>(StringComparer.Ordinal);
        foreach (var group in groups.OfType<string>()) tally[group] = default;
        ReadOnlySpan<int> first = scored.Pairs.First.Span, second = scored.Pairs.Second.Span;
        var same = scored.Pairs.Same.Span;
        for (var n = 0; n < scored.Scores.Length; n++)
        {
            if (groups[first[n]] is not { } group || group != groups[second[n]]) continue;
            var (matched, counts) = (scored.Scores[n] >= threshold, tally[group]);
            tally[group] = same[n]
                ? counts with { Genuine = counts.Genuine + 1, Missed = counts.Missed + (matched ? 0 : 1) }
                : counts with { Impostor = counts.Impostor + 1, Matched = counts.Matched + (matched ? 1 : 0) };
        }
        return [.. tally.Select(entry =>
        {
            var faces = Enumerable.Range(0, groups.Count).Where(row => groups[row] == entry.Key).ToArray();
            var (c, mean) = (entry.Value, faces.Average(row => uncertainty[row]));
            return new SubgroupRates(entry.Key, faces.Length, mean, IntervalOf(mean, faces, uncertainty, scored.Pairs.Identities),
                c.Genuine, RateInterval.Of(c.Missed, c.Genuine), c.Impostor, RateInterval.Of(c.Matched, c.Impostor));
        })];
    }

    // The standard error of a mean whose faces come in clusters, the persons: deviations are summed within a person before they are
    // squared.
    private static Interval IntervalOf(double mean, int[] faces, IReadOnlyList<double> uncertainty, IReadOnlyList<int>? identities)
    {
        double[] clusters = [.. faces.GroupBy(row => identities?[row] ?? row).Select(person => person.Sum(row => uncertainty[row] - mean))];
        if (clusters.Length < 2) return new(double.NaN, double.NaN);
        var half = 1.96 * Math.Sqrt(clusters.Sum(sum => sum * sum) * clusters.Length / (clusters.Length - 1)) / faces.Length;
        return new(mean - half, mean + half);
    }
}
