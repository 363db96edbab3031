using Pfe.Scoring;

namespace Pfe.Evaluation.Pairs;

internal static class PairScores
{
    /// <summary>One score a pair.</summary>
    /// <param name="faces">The faces that the pairs' rows mean.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="kind">Which score.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <param name="cohort">Normalises the scores; null to leave them as they are.</param>
    public static float[] Of(
        EmbeddingSet faces, PairList pairs, ScoreKind kind, CancellationToken cancellation, Cohort? cohort = null)
    {
        var scores = new float[pairs.Count];
        using var scorer = new PairScorer(faces, kind, cancellation);
        scorer.Score(pairs.First, pairs.Second, scores, cancellation: cancellation);
        cohort?.Normalise(faces, pairs, kind, scores, cancellation);
        return scores;
    }
}
