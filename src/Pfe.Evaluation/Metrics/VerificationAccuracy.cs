namespace Pfe.Evaluation.Metrics;

/// <summary>Share of pairs decided rightly by a threshold, and the threshold that decides most rightly.</summary>
public static class VerificationAccuracy
{
    /// <summary>Share of all pairs on the right side of the threshold: genuine at or above it, impostors below.</summary>
    /// <param name="genuine">Scores of pairs of one person.</param>
    /// <param name="impostor">Scores of pairs of two persons.</param>
    /// <param name="threshold">The smallest score that is accepted.</param>
    public static double At(SortedScores genuine, SortedScores impostor, double threshold) =>
        (double)Right(genuine, impostor, threshold) / (genuine.Count + impostor.Count);

    /// <summary>The best threshold among the genuine scores. Where several are equally good: the mean of them, each as often as it
    /// occurs.</summary>
    /// <param name="genuine">Scores of pairs of one person: the candidates.</param>
    /// <param name="impostor">Scores of pairs of two persons.</param>
    /// <returns>The threshold, and the accuracy at the candidates it is the mean of (at the mean itself it may differ: use
    /// <see cref="At"/>).</returns>
    public static (double Threshold, double Accuracy) Best(SortedScores genuine, SortedScores impostor)
    {
        var (best, sum, ties) = (-1, 0.0, 0);
        foreach (var candidate in genuine.Ascending)
        {
            var right = Right(genuine, impostor, candidate);
            if (right < best) continue;
            if (right > best) (best, sum, ties) = (right, 0, 0);
            sum += candidate;
            ties++;
        }
        return (sum / ties, (double)best / (genuine.Count + impostor.Count));
    }

    private static int Right(SortedScores genuine, SortedScores impostor, double threshold) =>
        genuine.CountAtLeast(threshold) + impostor.Count - impostor.CountAtLeast(threshold);
}
