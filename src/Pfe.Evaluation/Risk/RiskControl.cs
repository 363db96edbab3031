using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;
using Pfe.Scoring;

namespace Pfe.Evaluation.Risk;

/// <summary>How the variances of a pair's two faces make its risk.</summary>
internal enum PairRisk
{
    /// <summary>The greater of the two: one bad image makes a bad pair.</summary>
    Maximum,

    /// <summary>Their sum, as in the score.</summary>
    Sum,
}

/// <summary>A score's accuracy on the pairs that are left.</summary>
/// <param name="Score">Name of the score.</param>
/// <param name="Accuracy">Mean over the folds, 0 to 1.</param>
/// <param name="Deviation">Standard deviation over the folds.</param>
/// <param name="Threshold">Mean of the folds' thresholds.</param>
internal sealed record RiskAccuracy(string Score, double Accuracy, double Deviation, double Threshold);

/// <summary>What is left when the most uncertain pairs are dropped.</summary>
/// <param name="Dropped">Share of the pairs that is dropped, 0 to 1.</param>
/// <param name="RiskThreshold">The greatest risk that is kept, as a sigma squared.</param>
/// <param name="Pairs">Pairs that are left.</param>
/// <param name="Scores">The scores' accuracies on them.</param>
internal sealed record RiskLevel(double Dropped, double RiskThreshold, int Pairs, IReadOnlyList<RiskAccuracy> Scores);

/// <summary>
/// Risk-controlled accuracy: the K-fold accuracy when 0, 10, 20 and 30 % of the pairs are refused an answer, those of the greatest sigma
/// (Shi and Jain 2019, section 5.4; ProbFace's evaluation/verification_risk.py). It tells whether sigma finds the pairs that are decided
/// wrongly.
/// </summary>
/// <param name="Risk">How a pair's risk is made.</param>
/// <param name="Levels">One entry a share.</param>
internal sealed record RiskControl(PairRisk Risk, IReadOnlyList<RiskLevel> Levels)
{
    /// <summary>The shares that are dropped, as in ProbFace.</summary>
    public static IReadOnlyList<double> Shares { get; } = [0, 0.1, 0.2, 0.3];

    /// <summary>Measures.</summary>
    /// <param name="faces">The faces.</param>
    /// <param name="pairs">The pairs with two faces.</param>
    /// <param name="fold">Fold of each; null to cut the pairs that are left into consecutive folds anew, as ProbFace does.</param>
    /// <param name="folds">Number of folds.</param>
    /// <param name="risk">How a pair's risk is made.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">Too few pairs are left for the folds.</exception>
    internal static RiskControl Of(EmbeddingSet faces, PairList pairs, int[]? fold, int folds, PairRisk risk,
        CancellationToken cancellation)
    {
        var variances = ScalarScores.Variances(faces);
        double[] risks = [.. Enumerable.Range(0, pairs.Count).Select(n =>
        {
            var (a, b) = (variances[pairs.First.Span[n]], variances[pairs.Second.Span[n]]);
            return risk == PairRisk.Maximum ? Math.Max(a, b) : a + b;
        })];
        var scores = new List<(string Name, float[] Values)>
        {
            ("cosine", PairScores.Of(faces, pairs, ScoreKind.Cosine, cancellation)),
            ("mutual_likelihood", PairScores.Of(faces, pairs, ScoreKind.MutualLikelihood, cancellation)),
        };
        if (ScalarVariance.IsScalar(faces)) scores.Add(("prob_face", ScalarScores.Of(faces, pairs, attentionOnly: false, cancellation)));
        double[] ascending = [.. risks.Order()];
        return new(risk, [.. Shares.Select(share => Level(share, Percentile(ascending, 1 - share)))]);

        RiskLevel Level(double share, double limit)
        {
            int[] kept = [.. Enumerable.Range(0, risks.Length).Where(n => risks[n] <= limit)];
            int[] cut = [.. kept.Select((pair, n) => fold is null ? Consecutive(n, kept.Length, folds) : fold[pair])];
            bool[] same = [.. kept.Select(pair => pairs.Same.Span[pair])];
            return new(share, limit, kept.Length, [.. scores.Select(score =>
            {
                var accuracy = FoldedAccuracy.Of([.. kept.Select(pair => score.Values[pair])], same, cut, folds);
                return new RiskAccuracy(score.Name, accuracy.Mean, accuracy.Deviation, accuracy.Thresholds.Average());
            })]);
        }
    }

    /// <summary>Consecutive folds; where the pairs do not divide evenly, the first folds have one more.</summary>
    internal static int Consecutive(int pair, int pairs, int folds)
    {
        var (size, longer) = Math.DivRem(pairs, folds);
        return pair < longer * (size + 1) ? pair / (size + 1) : longer + (pair - longer * (size + 1)) / Math.Max(1, size);
    }

    /// <summary>numpy's percentile: linear between the two neighbours.</summary>
    internal static double Percentile(ReadOnlySpan<double> ascending, double share)
    {
        var at = share * (ascending.Length - 1);
        var below = (int)Math.Floor(at);
        var above = Math.Min(below + 1, ascending.Length - 1);
        return ascending[below] + (at - below) * (ascending[above] - ascending[below]);
    }
}
