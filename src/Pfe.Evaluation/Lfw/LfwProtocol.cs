using System.Text.Json.Serialization;
using Pfe.Calibration;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;
using Pfe.Evaluation.Protocols;
using Pfe.Evaluation.Risk;
using Pfe.Scoring;

namespace Pfe.Evaluation.Lfw;

/// <summary>One score's outcome on LFW.</summary>
/// <param name="Score">The score.</param>
/// <param name="Accuracy">Mean accuracy over the folds, 0 to 1.</param>
/// <param name="Deviation">Standard deviation over the folds.</param>
/// <param name="StandardError">Standard error of the mean, as LFW's site defines it.</param>
/// <param name="AccuracyMissingAsErrors">Accuracy when every pair left out counts as decided wrongly.</param>
/// <param name="Threshold">Mean of the folds' thresholds.</param>
/// <param name="ThresholdDeviation">Their standard deviation.</param>
/// <param name="FoldAccuracies">Accuracy of each fold.</param>
/// <param name="Rates">TAR at requested FARs over all folds together.</param>
public sealed record LfwScoreResult(
    ScoreKind Score, double Accuracy, double Deviation, double StandardError, double AccuracyMissingAsErrors, double Threshold,
        double ThresholdDeviation,
    IReadOnlyList<double> FoldAccuracies, IReadOnlyList<RateAtFar> Rates);

/// <summary>The LFW protocol's outcome.</summary>
/// <param name="Protocol">Name of the protocol.</param>
/// <param name="Folds">Number of folds.</param>
/// <param name="Images">Images that the pairs name.</param>
/// <param name="MissingImages">Of these, not in the feature file: no such file, or no face found in it.</param>
/// <param name="ImagesWithoutFace">How many of the missing images exist as files, so that no face was found in them; null when nobody
/// looked.</param>
/// <param name="GenuinePairs">Genuine pairs with two faces.</param>
/// <param name="ImpostorPairs">Impostor pairs with two faces.</param>
/// <param name="PairsLeftOut">Pairs with a missing image.</param>
/// <param name="Interval">How the intervals were made; null without any.</param>
/// <param name="Scores">Cosine, MLS and shared-variance MLS.</param>
/// <param name="Probability">What stated probabilities and answers are worth; null without a calibration.</param>
/// <param name="Notes">What a reader should know before believing the numbers.</param>
public sealed record LfwResult(
    string Protocol, int Folds, int Images, IReadOnlyList<string> MissingImages, int? ImagesWithoutFace, int GenuinePairs,
        int ImpostorPairs, int PairsLeftOut,
    IntervalMethod? Interval, IReadOnlyList<LfwScoreResult> Scores, ProbabilityResult? Probability, IReadOnlyList<string> Notes)
{
    /// <summary>ProbFace's score, for embeddings with one variance a face; null for others, whose variances do not fit it.</summary>
    [JsonInclude]
    internal ScalarScoreResult? ProbFace { get; init; }

    /// <summary>Accuracy when the most uncertain pairs are refused an answer; null where it was not asked for.</summary>
    [JsonInclude]
    internal RiskControl? Risk { get; init; }
}

/// <summary>
/// LFW: accuracy over the folds of View 2 and TAR at FAR over its 6,000 pairs, or View 1, a training list and a test list to develop on.
/// </summary>
public static class LfwProtocol
{
    private static readonly ScoreKind[] Kinds = [ScoreKind.Cosine, ScoreKind.MutualLikelihood, ScoreKind.SharedVariance];

    /// <summary>The false accept rates that are printed.</summary>
    public static IReadOnlyList<double> Fars { get; } = [1e-2, 1e-3];

    /// <summary>Evaluates a set of faces.</summary>
    /// <param name="faces">Embeddings whose paths end in <c>person/person_0001</c> or <c>person_0001</c>, with any extension.</param>
    /// <param name="list">The pairs.</param>
    /// <param name="bootstrap">How to make intervals over identities; null for none.</param>
    /// <param name="calibration">Judged on the pairs as well; null where there is none.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">None of the images is there, or too few for the folds.</exception>
    public static LfwResult Evaluate(
        EmbeddingSet faces, LfwPairs list, BootstrapOptions? bootstrap = null, ScoreCalibration? calibration = null,
        CancellationToken cancellation = default) => Evaluate(faces, list, null, bootstrap, calibration, cancellation);

    /// <summary>The same with scores normalised by a cohort.</summary>
    internal static LfwResult Evaluate(EmbeddingSet faces, LfwPairs list, Cohort? cohort, BootstrapOptions? bootstrap,
        ScoreCalibration? calibration, CancellationToken cancellation)
    {
        if (list.Folds == 1) return EvaluateView1(faces, list, null, cohort, bootstrap, calibration, cancellation);
        var found = Find(faces, list);
        return Evaluate($"LFW View 2, {list.Folds} folds", faces, found, list.Folds, list.Pairs.Count,
            (scores, _) => FoldedAccuracy.Of(scores, found.Pairs.Same.Span, found.Fold, list.Folds), bootstrap, calibration, cancellation,
            cohort);
    }

    /// <summary>View 1: the threshold from a training list decides the test list.</summary>
    /// <param name="faces">Embeddings of the images of both lists.</param>
    /// <param name="test">pairsDevTest.txt.</param>
    /// <param name="training">pairsDevTrain.txt; null to choose the threshold on the test list itself, which flatters and is noted.</param>
    /// <param name="bootstrap">How to make intervals over identities; null for none.</param>
    /// <param name="calibration">Judged on the pairs as well; null where there is none.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">None of the images of a list is there, or a list is left without genuine or impostor
    /// pairs.</exception>
    public static LfwResult EvaluateView1(
        EmbeddingSet faces, LfwPairs test, LfwPairs? training, BootstrapOptions? bootstrap = null, ScoreCalibration? calibration = null,
        CancellationToken cancellation = default) =>
        EvaluateView1(faces, test, training, null, bootstrap, calibration, cancellation);

    /// <summary>The same with scores normalised by a cohort.</summary>
    internal static LfwResult EvaluateView1(EmbeddingSet faces, LfwPairs test, LfwPairs? training, Cohort? cohort,
        BootstrapOptions? bootstrap, ScoreCalibration? calibration, CancellationToken cancellation)
    {
        var (found, chosen) = (Find(faces, test), training is null ? null : Find(faces, training));
        foreach (var pairs in new[] { found.Pairs, (chosen ?? found).Pairs })
            if (pairs.GenuineCount == 0 || pairs.ImpostorCount == 0)
                throw new PfeException(
                    $"a list of View 1 has {pairs.GenuineCount} genuine and {pairs.ImpostorCount} impostor pairs with two " +
                    "faces; both kinds are needed");
        FoldedAccuracy Decide(float[] scores, ScoreKind kind)
        {
            var (genuine, impostor) = Sorted(found.Pairs, scores);
            var (mates, others) = chosen is null ? (genuine, impostor) : Sorted(chosen.Pairs, PairScores.Of(faces, chosen.Pairs, kind,
                cancellation, cohort));
            var threshold = VerificationAccuracy.Best(mates, others).Threshold;
            return new([VerificationAccuracy.At(genuine, impostor, threshold)], [threshold]);
        }
        var result = Evaluate(training is null ? "LFW View 1, one list" : "LFW View 1, threshold from the training list", faces, found, 1,
            test.Pairs.Count, Decide, bootstrap, calibration, cancellation, cohort);
        return training is not null ? result : result with
        {
            Notes = [.. result.Notes,
                "the threshold was chosen on the pairs it is measured on, so the accuracy flatters: take it from View 1's " +
                "training list, pairsDevTrain.txt"],
        };
    }

    /// <summary>Accuracy over the folds when the most uncertain pairs are dropped; a pair stays in its fold.</summary>
    /// <param name="faces">Embeddings, as for <see cref="Evaluate(EmbeddingSet, LfwPairs, BootstrapOptions?, ScoreCalibration?,
    /// CancellationToken)"/>.</param>
    /// <param name="list">The pairs, in two folds or more.</param>
    /// <param name="risk">How a pair's risk is made.</param>
    /// <param name="cancellation">Stops the work.</param>
    internal static RiskControl RiskControlled(EmbeddingSet faces, LfwPairs list, PairRisk risk, CancellationToken cancellation = default)
    {
        if (list.Folds < 2) throw new InvalidConfigurationException("risk control needs the folds of View 2; View 1's lists have none");
        var found = Find(faces, list);
        return RiskControl.Of(faces, found.Pairs, found.Fold, list.Folds, risk, cancellation);
    }

    /// <summary>A list's pairs with two faces.</summary>
    internal sealed record FoundPairs(PairList Pairs, int[] Fold, int Images, IReadOnlyList<string> Missing);

    private static FoundPairs Find(EmbeddingSet faces, LfwPairs list)
    {
        var lookup = new ImageLookup(faces.Paths);
        var rows = Rows(lookup, list);
        string[] missing = [.. rows.Where(image => image.Value == ImageLookup.Missing).Select(image => image.Key)
            .Order(StringComparer.Ordinal)];
        if (missing.Length == rows.Count) throw new PfeException(lookup.NothingFound(missing[0], rows.Count));
        LfwPair[] usable = [.. list.Pairs.Where(
            pair => rows[pair.First] != ImageLookup.Missing && rows[pair.Second] != ImageLookup.Missing)];
        foreach (var same in new[] { true, false })
            if (missing.Length > 0 && !usable.Any(pair => pair.Same == same) && list.Pairs.Any(pair => pair.Same == same))
                throw new PfeException($"no pair of {(same ? "one person" : "two people")} has both of its images: {missing.Length} of " +
                    "the protocol's " +
                    $"{rows.Count} images are missing, '{missing[0]}' first; the first embedded one is '{faces.Paths[0]}'");
        var pairs = new PairList([.. usable.Select(pair => rows[pair.First])], [.. usable.Select(pair => rows[pair.Second])],
            [.. usable.Select(pair => pair.Same)], Identities(faces.Count, rows));
        return new(pairs, [.. usable.Select(pair => pair.Fold)], rows.Count, missing);
    }

    private static (SortedScores Genuine, SortedScores Impostor) Sorted(PairList pairs, float[] scores)
    {
        var (genuine, impostor) = pairs.Split(scores);
        return (new SortedScores(genuine), new SortedScores(impostor));
    }

    /// <summary>The same for any list of pairs in folds.</summary>
    /// <param name="protocol">Name of the protocol.</param>
    /// <param name="faces">The faces.</param>
    /// <param name="found">The pairs with two faces.</param>
    /// <param name="folds">Number of folds.</param>
    /// <param name="listed">Pairs of the protocol, with two faces or not.</param>
    /// <param name="decide">From a score of each pair to the folds' accuracies.</param>
    /// <param name="bootstrap">How to make intervals; null for none.</param>
    /// <param name="calibration">Judged on the pairs as well; null where there is none.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <param name="cohort">Normalises the scores; null to leave them as they are.</param>
    internal static LfwResult Evaluate(
        string protocol, EmbeddingSet faces, FoundPairs found, int folds, int listed, Func<float[], ScoreKind, FoldedAccuracy> decide,
        BootstrapOptions? bootstrap, ScoreCalibration? calibration, CancellationToken cancellation, Cohort? cohort = null)
    {
        var (pairs, fold) = (found.Pairs, found.Fold);
        var (results, interval) = (new List<LfwScoreResult>(), default(IntervalMethod));
        foreach (var kind in Kinds)
        {
            var scores = PairScores.Of(faces, pairs, kind, cancellation, cohort);
            var folded = decide(scores, kind);
            var resampled = bootstrap is null ? null : new VerificationBootstrap(pairs, scores);
            var intervals = resampled?.TarAtFars(Fars, bootstrap!, cancellation);
            interval = resampled is null ? null : IntervalMethod.Of(bootstrap!, resampled);
            var (genuine, impostor) = pairs.Split(scores);
            var right = folded.Accuracies.Select((accuracy, k) => accuracy * fold.Count(f => f == k)).Sum();
            results.Add(new(kind, folded.Mean, folded.Deviation, folded.StandardError, right / listed, folded.Thresholds.Average(),
                StandardDeviation.Of(folded.Thresholds),
                folded.Accuracies, [.. Roc.AtFars(genuine, impostor, Fars).Select((point, n) => RateAtFar.Of(point, intervals?[n]))]));
        }
        return new(protocol, folds, found.Images, found.Missing, null, pairs.GenuineCount, pairs.ImpostorCount, listed - pairs.Count,
            interval,
            results, calibration is null ? null : ProbabilityResult.Of(calibration, faces, pairs, bootstrap, cancellation),
            EvaluationNotes.Of(faces, Fars, pairs.ImpostorCount, cohort))
        {
            ProbFace = folds > 1 && ScalarVariance.IsScalar(faces) ? ScalarScoreResult.Of(faces, pairs, fold, folds, cancellation) : null,
        };
    }

    /// <summary>How many of the images lie in a folder, in whatever format.</summary>
    /// <param name="folder">The images' folder, with a folder a person.</param>
    /// <param name="images">Names as <c>person/person_0001</c>.</param>
    public static int CountPresent(string folder, IReadOnlyList<string> images) => images.Count(image =>
        Path.GetDirectoryName(Path.Combine(folder, image)) is { } person && Directory.Exists(person)
            && Directory.EnumerateFiles(person, Path.GetFileName(image) + ".*").Any());

    private static Dictionary<string, int> Rows(ImageLookup lookup, LfwPairs list) =>
        list.Pairs.SelectMany(pair => new[] { pair.First, pair.Second }).Distinct(StringComparer.Ordinal).ToDictionary(name => name, name =>
        {
            var row = lookup.Find(name);
            return row != ImageLookup.Missing ? row : lookup.Find(name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        }, StringComparer.Ordinal);

    private static int[] Identities(int faces, Dictionary<string, int> rows)
    {
        var (identities, numbers) = (new int[faces], new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var (name, row) in rows.Where(image => image.Value != ImageLookup.Missing))
        {
            var person = name[..name.IndexOf('/', StringComparison.Ordinal)];
            if (!numbers.TryGetValue(person, out var number)) numbers[person] = number = numbers.Count;
            identities[row] = number;
        }
        return identities;
    }
}
