namespace Pfe.Evaluation.Tests.Metrics;

/// <summary>The definitions written down as literally as possible, in float64 and quadratic time: what the fast metrics are held
/// to.</summary>
internal static class NaiveMetrics
{
    public static double ThresholdAtFar(IReadOnlyList<float> impostor, double far)
    {
        var descending = impostor.OrderByDescending(score => score).ToList();
        var k = (int)Math.Round(impostor.Count * far);
        return k == 0 ? descending[0] + 1e-8 : descending[k - 1];
    }

    public static double Share(IEnumerable<float> scores, double threshold) => scores.Average(score => score >= threshold ? 1.0 : 0.0);

    public static double Accuracy(IReadOnlyList<float> genuine, IReadOnlyList<float> impostor, double threshold)
    {
        var right = 0;
        foreach (var score in genuine) if (score >= threshold) right++;
        foreach (var score in impostor) if (!(score >= threshold)) right++;
        return (double)right / (genuine.Count + impostor.Count);
    }

    public static double BestThreshold(IReadOnlyList<float> genuine, IReadOnlyList<float> impostor)
    {
        var accuracies = genuine.Select(threshold => Accuracy(genuine, impostor, threshold)).ToList();
        var best = accuracies.Max();
        return genuine.Where((_, n) => accuracies[n] == best).Average(threshold => (double)threshold);
    }

    /// <summary>TPIR and FPIR at a threshold: scores[probe][column].</summary>
    public static (double Dir, double Far) Identify(float[][] scores, int[] probes, int[] gallery, int rank, double threshold)
    {
        var (mated, found, others, alarms) = (0, 0, 0, 0);
        for (var p = 0; p < probes.Length; p++)
        {
            if (!gallery.Contains(probes[p]))
            {
                others++;
                if (scores[p].Max() >= threshold) alarms++;
                continue;
            }
            mated++;
            var mate = Array.IndexOf(gallery, probes[p]);
            var ahead = scores[p].Where((score, column) => column != mate && score >= scores[p][mate]).Count();
            if (scores[p][mate] >= threshold && ahead + 1 <= rank) found++;
        }
        return ((double)found / mated, (double)alarms / others);
    }
}
