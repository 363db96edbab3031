using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;
using Pfe.Scoring;

namespace Pfe.Evaluation.Statistics;

/// <summary>A list of pairs with one kind of score.</summary>
/// <param name="Pairs">The pairs.</param>
/// <param name="Kind">Which score.</param>
/// <param name="Scores">One a pair.</param>
/// <param name="Genuine">Those of one person, in the pairs' order.</param>
/// <param name="Impostor">Those of two persons.</param>
public sealed record ScoredPairList(PairList Pairs, ScoreKind Kind, float[] Scores, float[] Genuine, float[] Impostor)
{
    /// <summary>Scores the pairs.</summary>
    /// <param name="faces">The faces.</param>
    /// <param name="pairs">Rows of the set.</param>
    /// <param name="kind">Which score.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static ScoredPairList Of(EmbeddingSet faces, PairList pairs, ScoreKind kind, CancellationToken cancellation = default)
    {
        var scores = new float[pairs.Count];
        using var scorer = new PairScorer(faces, kind, cancellation);
        scorer.Score(pairs.First, pairs.Second, scores, cancellation: cancellation);
        var (genuine, impostor) = pairs.Split(scores);
        return new(pairs, kind, scores, genuine, impostor);
    }

    /// <summary>The strictest false-match rate that the impostor pairs measure with 30 errors, but not stricter than 1e-3: the one figures
    /// are drawn at.</summary>
    public double WorkingRate => Math.Clamp(30.0 / Impostor.Length, 1e-3, 1);

    /// <summary>The threshold at a false-match rate.</summary>
    /// <param name="rate">0 to 1.</param>
    public double ThresholdAt(double rate) => new SortedScores(Impostor).ThresholdAtFar(rate);

    /// <summary>How the score is called in figures.</summary>
    public string Name => NameOf(Kind);

    internal static string NameOf(ScoreKind kind) =>
        kind switch { ScoreKind.Cosine => "cosine", ScoreKind.SharedVariance => "shared-variance MLS", _ => "MLS" };
}
