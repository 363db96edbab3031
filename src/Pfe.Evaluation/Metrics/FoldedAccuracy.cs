namespace Pfe.Evaluation.Metrics;

/// <summary>
/// K-fold verification accuracy as on LFW: each fold is decided with the threshold that is best on the other folds together
/// (<see cref="VerificationAccuracy.Best"/>).
/// </summary>
/// <param name="Accuracies">Accuracy of each fold, 0 to 1.</param>
/// <param name="Thresholds">The threshold each fold was decided with.</param>
public sealed record FoldedAccuracy(IReadOnlyList<double> Accuracies, IReadOnlyList<double> Thresholds)
{
    /// <summary>Mean over the folds.</summary>
    public double Mean => Accuracies.Average();

    /// <summary>Standard deviation over the folds (divided by K, as numpy's default and the field's tables do).</summary>
    public double Deviation => StandardDeviation.Of(Accuracies);

    /// <summary>Standard error of the mean as LFW's site defines it: the deviation divided by K - 1, over the root of K; 0 for one
    /// list.</summary>
    public double StandardError => Accuracies.Count < 2 ? 0 : Deviation / Math.Sqrt(Accuracies.Count - 1);

    /// <summary>Evaluates scored pairs.</summary>
    /// <param name="scores">One score a pair, higher for more alike.</param>
    /// <param name="same">Whether each pair is genuine.</param>
    /// <param name="fold">Fold of each pair, 0 to <paramref name="folds"/> - 1.</param>
    /// <param name="folds">K, at least 2.</param>
    /// <exception cref="PfeException">A fold is empty, or the others lack genuine or impostor pairs.</exception>
    public static FoldedAccuracy Of(ReadOnlySpan<float> scores, ReadOnlySpan<bool> same, ReadOnlySpan<int> fold, int folds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        if (scores.Length != same.Length || scores.Length != fold.Length)
            throw new ArgumentException($"{scores.Length} scores, {same.Length} labels and {fold.Length} fold numbers do not belong " +
                "together", nameof(scores));
        var (accuracies, thresholds) = (new double[folds], new double[folds]);
        for (var k = 0; k < folds; k++)
        {
            var (tested, right, genuine, impostor) = (0, 0, new List<float>(), new List<float>());
            for (var n = 0; n < scores.Length; n++)
                if (fold[n] != k) (same[n] ? genuine : impostor).Add(scores[n]);
            if (genuine.Count == 0 || impostor.Count == 0)
                throw new PfeException($"the folds besides fold {k + 1} hold {genuine.Count} genuine and {impostor.Count} impostor pairs " +
                    "with two faces; both kinds are needed to choose a threshold");
            thresholds[k] = VerificationAccuracy.Best(new SortedScores(genuine.ToArray()), new SortedScores(impostor.ToArray())).Threshold;
            for (var n = 0; n < scores.Length; n++)
            {
                if (fold[n] != k) continue;
                tested++;
                if (scores[n] >= thresholds[k] == same[n]) right++;
            }
            if (tested == 0) throw new PfeException($"fold {k + 1} of {folds} has no pair with two faces");
            accuracies[k] = (double)right / tested;
        }
        return new(accuracies, thresholds);
    }
}
