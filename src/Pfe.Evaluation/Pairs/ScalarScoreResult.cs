using Pfe.Evaluation.Metrics;

namespace Pfe.Evaluation.Pairs;

/// <summary>The accuracies that ProbFace's evaluation prints beside the cosine's, for embeddings with one variance a face.</summary>
/// <param name="Accuracy">Of its score, mean over the folds, 0 to 1.</param>
/// <param name="Deviation">Standard deviation over the folds.</param>
/// <param name="Threshold">Mean of the folds' thresholds.</param>
/// <param name="AttentionAccuracy">Of the score's first part alone.</param>
/// <param name="AttentionDeviation">Standard deviation over the folds.</param>
/// <param name="AttentionThreshold">Mean of the folds' thresholds.</param>
internal sealed record ScalarScoreResult(
    double Accuracy, double Deviation, double Threshold, double AttentionAccuracy, double AttentionDeviation, double AttentionThreshold)
{
    internal static ScalarScoreResult Of(EmbeddingSet faces, PairList pairs, int[] fold, int folds, CancellationToken cancellation)
    {
        FoldedAccuracy Folded(bool attention) =>
            FoldedAccuracy.Of(ScalarScores.Of(faces, pairs, attention, cancellation), pairs.Same.Span, fold, folds);
        var (whole, attention) = (Folded(false), Folded(true));
        return new(whole.Mean, whole.Deviation, whole.Thresholds.Average(), attention.Mean, attention.Deviation,
            attention.Thresholds.Average());
    }
}
