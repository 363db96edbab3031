using Pfe.Scoring;

namespace Pfe.Tests.Scoring;

/// <summary>The exact score of a pair and how far docs/numerics.md lets a kernel be from it.</summary>
internal static class ScoreBounds
{
    private const double Unit = 1.0 / (1 << 24);
    private const double LogTwoPi = 1.8378770664093454836;

    public static (double Exact, double Bound) Of(
        ScoreKind kind, ReadOnlySpan<float> mu1, ReadOnlySpan<float> variance1, ReadOnlySpan<float> mu2, ReadOnlySpan<float> variance2)
    {
        var d = mu1.Length;
        if (kind == ScoreKind.Cosine) return (NaiveScores.Cosine(mu1, mu2), (d + 8) * Unit);
        double distance = 0, logs = 0, squares = 0, shared = 0;
        for (var l = 0; l < d; l++)
        {
            double difference = (double)mu1[l] - mu2[l], t = (double)variance1[l] + variance2[l];
            distance += difference * difference / t;
            logs += Math.Abs(Math.Log(t));
            squares += (double)mu1[l] * mu1[l] + (double)mu2[l] * mu2[l];
            shared += t / d;
        }
        return kind == ScoreKind.MutualLikelihood
            ? (NaiveScores.MutualLikelihood(mu1, variance1, mu2, variance2),
                Unit * (0.5 * (20 + d / 2) * distance + 2 * d + 4 * (logs + 20 * d)))
            : (NaiveScores.SharedVariance(mu1, variance1, mu2, variance2),
                Unit * ((d + 16) * squares / shared + 4 * d * (LogTwoPi + 1 + Math.Abs(Math.Log(shared)))));
    }

    public static (double Exact, double Bound) Of(ScoreKind kind, EmbeddingSet first, int i, EmbeddingSet second, int j) =>
        Of(kind, first.Mu(i), first.Variance(i), second.Mu(j), second.Variance(j));

    public static void ShouldHold(float score, (double Exact, double Bound) expected, string where)
    {
        float.IsFinite(score).ShouldBeTrue(where);
        Math.Abs(score - expected.Exact).ShouldBeLessThanOrEqualTo(expected.Bound, $"{where}: {score} for {expected.Exact}");
    }
}
