using Pfe.Calibration;
using Pfe.Evaluation.Lfw;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;
using Pfe.Evaluation.Protocols;
using Pfe.Evaluation.Risk;

namespace Pfe.Evaluation.InsightFace;

/// <summary>
/// The 10-fold protocol on a verification set: folds of consecutive pairs as InsightFace cuts them, thresholds as LFW's protocol chooses
/// them. InsightFace's own script adds the embedding of the mirrored image and takes thresholds from a grid; its numbers differ a little.
/// </summary>
internal static class VerificationSetProtocol
{
    private const int Folds = 10;

    /// <summary>Evaluates embeddings of a set's images.</summary>
    /// <param name="faces">Rows named as <see cref="VerificationSet.ImageName"/>; or, under any names, one row an image in the set's
    /// order.</param>
    /// <param name="set">The set.</param>
    /// <param name="bootstrap">How to make intervals; over pairs, as the set does not tell identities. Null for none.</param>
    /// <param name="calibration">Judged on the pairs as well; null where there is none.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">The rows do not belong to the set, or too few are there for the folds.</exception>
    public static LfwResult Evaluate(
        EmbeddingSet faces, VerificationSet set, BootstrapOptions? bootstrap = null, ScoreCalibration? calibration = null,
        CancellationToken cancellation = default)
    {
        var found = Find(faces, set);
        return LfwProtocol.Evaluate($"{set.Name}, {Folds} folds", faces, found, Folds, set.Same.Count,
            (scores, _) => FoldedAccuracy.Of(scores, found.Pairs.Same.Span, found.Fold, Folds), bootstrap, calibration, cancellation);
    }

    /// <summary>Accuracy when the most uncertain pairs are dropped; what is left is cut into folds anew, as ProbFace does.</summary>
    /// <param name="faces">Embeddings of the set's images.</param>
    /// <param name="set">The set.</param>
    /// <param name="risk">How a pair's risk is made.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static RiskControl RiskControlled(EmbeddingSet faces, VerificationSet set, PairRisk risk, CancellationToken cancellation =
        default) =>
        RiskControl.Of(faces, Find(faces, set).Pairs, null, Folds, risk, cancellation);

    private static LfwProtocol.FoundPairs Find(EmbeddingSet faces, VerificationSet set)
    {
        var rows = Rows(faces, set);
        string[] missing = [.. Enumerable.Range(0, set.Count).Where(image => rows[image] == ImageLookup.Missing).Select(set.ImageName)];
        int[] usable = [.. Enumerable.Range(0, set.Same.Count)
            .Where(pair => rows[2 * pair] != ImageLookup.Missing && rows[2 * pair + 1] != ImageLookup.Missing)];
        var pairs = new PairList([.. usable.Select(pair => rows[2 * pair])], [.. usable.Select(pair => rows[2 * pair + 1])],
            [.. usable.Select(pair => set.Same[pair])], null);
        return new(pairs, [.. usable.Select(pair => RiskControl.Consecutive(pair, set.Same.Count, Folds))], set.Count, missing);
    }

    private static int[] Rows(EmbeddingSet faces, VerificationSet set)
    {
        var lookup = new ImageLookup(faces.Paths);
        int[] rows = [.. Enumerable.Range(0, set.Count).Select(image => lookup.Find(set.ImageName(image)))];
        if (rows.Any(row => row != ImageLookup.Missing)) return rows;
        return faces.Count == set.Count ? [.. Enumerable.Range(0, set.Count)] : throw new PfeException(
            $"the features belong to other images: no row is named like '{set.ImageName(0)}', and {faces.Count} rows are not one for " +
                $"each of the {set.Count} images of '{set.Name}'");
    }
}
