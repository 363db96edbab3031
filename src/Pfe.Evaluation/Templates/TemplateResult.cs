using Pfe.Calibration;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;
using Pfe.Fusion;
using Pfe.Scoring;

namespace Pfe.Evaluation.Templates;

/// <summary>One method's rates.</summary>
/// <param name="Pooling">How images become a template.</param>
/// <param name="Score">How templates are compared.</param>
/// <param name="MediaAware">Whether media are fused first.</param>
/// <param name="Rates">One entry a requested FAR.</param>
public sealed record TemplateMethodResult(Pooling Pooling, ScoreKind Score, bool MediaAware, IReadOnlyList<RateAtFar> Rates);

/// <summary>A 1:1 template protocol's outcome; counts are summed over the splits.</summary>
/// <param name="Protocol">Name of the protocol.</param>
/// <param name="Splits">Number of splits; 1 for a single list.</param>
/// <param name="Images">Images that the protocol names.</param>
/// <param name="ImagesMissing">Of these, not in the feature file.</param>
/// <param name="Templates">Templates.</param>
/// <param name="TemplatesWithoutImages">Of these, without any image; their pairs score -9999.</param>
/// <param name="GenuinePairs">Pairs of one person.</param>
/// <param name="ImpostorPairs">Pairs of two persons.</param>
/// <param name="PairsWithoutScore">Pairs with a template without images.</param>
/// <param name="VarianceRule">How variances combine in a template.</param>
/// <param name="Interval">How the intervals were made; null without any.</param>
/// <param name="Methods">The reference's three blocks without, then with regard to media.</param>
/// <param name="Probability">What stated probabilities and answers are worth on templates pooled by uncertainty; null without a
/// calibration.</param>
/// <param name="Notes">What a reader should know before believing the numbers.</param>
public sealed record TemplateResult(
    string Protocol, int Splits, int Images, int ImagesMissing, int Templates, int TemplatesWithoutImages, int GenuinePairs,
        int ImpostorPairs,
    int PairsWithoutScore, VarianceRule VarianceRule, IntervalMethod? Interval, IReadOnlyList<TemplateMethodResult> Methods,
        ProbabilityResult? Probability, IReadOnlyList<string> Notes)
{
    /// <summary>Evaluates one list of pairs.</summary>
    /// <param name="protocol">Name of the protocol.</param>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="templates">The templates.</param>
    /// <param name="pairs">Pairs of indices into the templates.</param>
    /// <param name="fars">Requested false accept rates.</param>
    /// <param name="rule">How variances combine.</param>
    /// <param name="bootstrap">How to make intervals; null for none.</param>
    /// <param name="calibration">Judged on the pairs as well; null where there is none.</param>
    /// <param name="progress">Told the methods that are done.</param>
    /// <param name="temperature">ProbFace's temperature of the fusion weights; it needs <see cref="VarianceRule.WeightedMean"/>.</param>
    /// <param name="cancellation">Stops the work.</param>
    internal static TemplateResult Of(
        string protocol, EmbeddingSet faces, TemplateList templates, PairList pairs, IReadOnlyList<double> fars,
        VarianceRule rule, BootstrapOptions? bootstrap, ScoreCalibration? calibration = null, IProgress<TemplateMethod>? progress = null,
        double temperature = 1, CancellationToken cancellation = default)
    {
        if (temperature != 1 && rule != VarianceRule.WeightedMean)
            throw new InvalidConfigurationException(
                "a temperature belongs to ProbFace's fusion: take the variance rule WeightedMean with it");
        if (!(temperature > 0) || !double.IsFinite(temperature)) throw new InvalidConfigurationException(
            $"a temperature is above 0, not {temperature}");
        RequireBothKinds(pairs);
        var methods = new List<TemplateMethodResult>();
        IntervalMethod? interval = null;
        var tried = TemplateMethod.All.Select(method => method with { Temperature = temperature });
        foreach (var (method, scores) in TemplateVerification.Score(faces, templates, pairs, rule, tried, cancellation))
        {
            var (genuine, impostor) = pairs.Split(scores);
            var points = Roc.AtFars(genuine, impostor, fars);
            IReadOnlyList<Interval>? intervals = null;
            if (bootstrap is not null)
            {
                var resampled = new VerificationBootstrap(pairs, scores);
                intervals = resampled.TarAtFars(fars, bootstrap, cancellation);
                interval = IntervalMethod.Of(bootstrap, resampled);
            }
            methods.Add(new(method.Pooling, method.Score, method.MediaAware,
                [.. points.Select((point, n) => RateAtFar.Of(point, intervals?[n]))]));
            progress?.Report(method);
        }
        return new(protocol, 1, templates.Images, templates.ImagesMissing, templates.Templates.Count, templates.Empty, pairs.GenuineCount,
            pairs.ImpostorCount,
            TemplateVerification.CountMissing(templates, pairs), rule, interval, methods, calibration is null
                ? null : TemplateVerification.Judge(calibration, faces, templates, pairs, rule, bootstrap, cancellation),
            [.. EvaluationNotes.Of(faces, fars, pairs.ImpostorCount), .. calibration is null ? (string[])[] : [FittedOnImages]]);
    }

    /// <summary>Mean and deviation over the results of several splits.</summary>
    /// <param name="protocol">Name of the protocol.</param>
    /// <param name="splits">One result a split, all with the same methods and rates.</param>
    public static TemplateResult Over(string protocol, IReadOnlyList<TemplateResult> splits) => new(
        protocol, splits.Count, splits.Sum(s => s.Images), splits.Sum(s => s.ImagesMissing), splits.Sum(s => s.Templates),
            splits.Sum(s => s.TemplatesWithoutImages),
        splits.Sum(s => s.GenuinePairs), splits.Sum(s => s.ImpostorPairs), splits.Sum(s => s.PairsWithoutScore), splits[0]
            .VarianceRule, null,
        [.. splits[0].Methods.Select(
            (method, m) => method with { Rates =
            [.. method.Rates.Select((_, f) => RateAtFar.Over([.. splits.Select(s => Point(s.Methods[m].Rates[f]))]))] })],
        splits.All(s => s.Probability is not null) ? ProbabilityResult.Over([.. splits.Select(s => s.Probability!)]) : null,
        [.. splits.SelectMany(s => s.Notes).Distinct(StringComparer.Ordinal)]);

    private const string FittedOnImages =
        "the calibration was fitted on pairs of single images; on templates, which are more certain, its probabilities and rates show " +
        "how far it carries";

    private static OperatingPoint Point(RateAtFar rate) => new(rate.RequestedFar, rate.Threshold, rate.Far, rate.Tar);

    private static void RequireBothKinds(PairList pairs)
    {
        if (pairs.GenuineCount == 0 || pairs.ImpostorCount == 0)
            throw new PfeException($"the list has {pairs.GenuineCount} genuine and {pairs.ImpostorCount} impostor pairs; both kinds are " +
                "needed");
    }
}
