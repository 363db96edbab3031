using System.Text.Json.Serialization;
using Pfe.Scoring;

namespace Pfe.Calibration;

/// <summary>A straight line from score to evidence, <c>slope * score + offset</c>, for pairs of one uncertainty.</summary>
/// <param name="Uncertainty">The pairs' uncertainty (<see cref="FaceUncertainty.OfPair"/>).</param>
/// <param name="Slope">Never negative.</param>
/// <param name="Offset">Evidence at score 0.</param>
internal sealed record EvidenceLine(double Uncertainty, double Slope, double Offset);

/// <summary>
/// Turns a score and both faces' uncertainties into P(same person), and into one of three answers. Fitted by <see cref="CalibrationFit"/>,
/// stored in the model file under <see cref="MetadataKey"/>.
/// </summary>
/// <remarks>
/// A few straight lines from score to log odds, from the most certain pairs to the least certain; a pair in between gets its two
/// neighbours' lines mixed by its place between them. A share of lapses on either side (<see cref="GenuineLapses"/>,
/// <see cref="ImpostorLapses"/>) bounds the evidence. With no slope negative, the probability never falls as the score rises, whatever the
/// uncertainties.
/// </remarks>
public sealed record ScoreCalibration
{
    /// <summary>The key of an ONNX file's metadata under which a calibration is stored as JSON.</summary>
    public const string MetadataKey = "pfe.calibration";

    /// <summary>The false-match rate of <see cref="Decide"/> unless another is asked for, where the fit's impostor pairs support
    /// it.</summary>
    public const double UsualFalseMatchRate = 1e-3;

    /// <summary>The false-non-match rate at which <see cref="Decide"/> answers "different".</summary>
    public const double FalseNonMatchRate = 1e-2;

    /// <summary>Which score was calibrated.</summary>
    public required ScoreKind Score { get; init; }

    /// <summary>D of the faces it was fitted on; scores of other D are not comparable.</summary>
    public required int Dimension { get; init; }

    /// <summary>The lines, from the most certain pairs to the least certain; beyond the first and the last, these hold. At least
    /// two.</summary>
    [JsonInclude, JsonRequired]
    internal IReadOnlyList<EvidenceLine> Lines { get; init; } = [];

    /// <summary>What is added to the log odds for each unit (of ln sigma^2) by which the two faces differ in uncertainty. 0 in files from
    /// before it existed.</summary>
    public double Unlikeness { get; init; }

    /// <summary>Share of genuine pairs that score as pairs of two people do, whatever the score: the evidence is never below about its
    /// logarithm. 0 (no bound) in older files.</summary>
    public double GenuineLapses { get; init; }

    /// <summary>Share of impostor pairs that score as pairs of one person do: the evidence is never above about minus its logarithm. 0 (no
    /// bound) in older files.</summary>
    public double ImpostorLapses { get; init; }

    /// <summary>Thresholds on the evidence for false-match rates that the fit's impostor pairs support (30 errors at least), strictest
    /// last.</summary>
    public required IReadOnlyList<RateThreshold> FalseMatch { get; init; }

    /// <summary>The evidence below which only <see cref="FalseNonMatchRate"/> of the fit's genuine pairs lie.</summary>
    public required double DifferentBelow { get; init; }

    /// <summary>Uncertainty as quality 0 to 100, relative to the fit's faces.</summary>
    public required QualityScale Quality { get; init; }

    /// <summary>Number of genuine pairs of the fit.</summary>
    public required int GenuinePairs { get; init; }

    /// <summary>Number of impostor pairs of the fit.</summary>
    public required int ImpostorPairs { get; init; }

    /// <summary>What it was fitted on, in words.</summary>
    // What a file leaves out is set to null by the reader, whatever stands here.
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// The evidence for one person: ln of the likelihood ratio. Never falls as the score rises; finite for finite arguments. A face less
    /// certain than any of the fit counts as its least certain one, a face more certain as its most certain one.
    /// </summary>
    /// <param name="score">The pair's score of the calibrated kind.</param>
    /// <param name="uncertainty1">Mean ln sigma^2 of one face (<see cref="FaceUncertainty.Of(ReadOnlySpan{float})"/>).</param>
    /// <param name="uncertainty2">Mean ln sigma^2 of the other.</param>
    public double LogLikelihoodRatio(double score, double uncertainty1, double uncertainty2)
    {
        (uncertainty1, uncertainty2) = (Quality.Held(uncertainty1), Quality.Held(uncertainty2));
        var (below, place) = CalibrationKnots.Place(
            FaceUncertainty.OfPair(uncertainty1, uncertainty2), Lines.Count, i => Lines[i].Uncertainty);
        var (from, to) = (Lines[below], Lines[below + 1]);
        var odds = (1 - place) * (from.Slope * score + from.Offset) + place * (to.Slope * score + to.Offset) +
            Unlikeness * Math.Abs(uncertainty1 - uncertainty2);
        return new ContaminationRates(GenuineLapses, ImpostorLapses).Evidence(odds);
    }

    /// <summary>The evidence of every pair.</summary>
    /// <param name="pairs">N pairs with scores of the calibrated kind.</param>
    /// <returns>N values.</returns>
    public double[] LogLikelihoodRatios(ScoredPairs pairs) =>
        [.. Enumerable.Range(0, pairs.Count)
            .Select(n => LogLikelihoodRatio(pairs.Scores[n], pairs.Uncertainty1[n], pairs.Uncertainty2[n]))];

    /// <summary>P(same person) by Bayes' rule.</summary>
    /// <param name="score">The pair's score of the calibrated kind.</param>
    /// <param name="uncertainty1">Mean ln sigma^2 of one face.</param>
    /// <param name="uncertainty2">Mean ln sigma^2 of the other.</param>
    /// <param name="prior">P(same person) before looking, above 0 and below 1.</param>
    public double Probability(double score, double uncertainty1, double uncertainty2, double prior = 0.5)
    {
        if (prior is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(prior), prior, "a prior lies between 0 and 1, both excluded");
        return Sigmoid(LogLikelihoodRatio(score, uncertainty1, uncertainty2) + Math.Log(prior / (1 - prior)));
    }

    /// <summary><see cref="UsualFalseMatchRate"/>, or the strictest rate there is where the fit had too few impostor pairs for
    /// it.</summary>
    [JsonIgnore]
    public double DefaultFalseMatchRate => Math.Max(UsualFalseMatchRate, FalseMatch.Min(point => point.Rate));

    /// <summary>The threshold on the evidence for a false-match rate.</summary>
    /// <param name="falseMatchRate">One of <see cref="FalseMatch"/>.</param>
    /// <exception cref="InvalidConfigurationException">The fit's impostor pairs do not support that rate; the message names those it
    /// has.</exception>
    public double ThresholdAt(double falseMatchRate) =>
        FalseMatch.FirstOrDefault(point => Math.Abs(point.Rate / falseMatchRate - 1) < 1e-9)?.Threshold
        ?? throw new InvalidConfigurationException(
            $"no threshold for the false-match rate {falseMatchRate:0.##E+0}; this calibration ({ImpostorPairs} " +
            $"impostor pairs) has {string.Join(", ", FalseMatch.Select(point => $"{point.Rate:0.##E+0}"))}");

    /// <summary>
    /// Same, different, or cannot tell. "Same" needs the evidence of the false-match rate, "different" evidence as low as
    /// <see cref="FalseNonMatchRate"/> of genuine pairs have; a pair less certain than any the fit saw gets no answer.
    /// </summary>
    /// <param name="score">The pair's score of the calibrated kind.</param>
    /// <param name="uncertainty1">Mean ln sigma^2 of the first face.</param>
    /// <param name="uncertainty2">Mean ln sigma^2 of the second.</param>
    /// <param name="falseMatchRate">One of <see cref="FalseMatch"/>; null for <see cref="DefaultFalseMatchRate"/>.</param>
    public Verdict Decide(double score, double uncertainty1, double uncertainty2, double? falseMatchRate = null)
    {
        var rate = falseMatchRate ?? DefaultFalseMatchRate;
        var accept = ThresholdAt(rate);
        var evidence = LogLikelihoodRatio(score, uncertainty1, uncertainty2);
        var (answer, reason) = true switch
        {
            _ when Math.Max(uncertainty1, uncertainty2) > Quality.Uncertainties[^1] =>
                (Answer.CannotTell, $"{Worse(uncertainty1, uncertainty2)} is less certain than any face of the calibration"),
            _ when evidence >= accept => (Answer.Same, $"{Share(rate)} pairs of two people look this much alike"),
            _ when evidence < DifferentBelow =>
                (Answer.Different, $"{Share(FalseNonMatchRate)} pairs of one person look this little alike"),
            _ when Quality.Of(Math.Max(uncertainty1, uncertainty2)) < QualityScale.Poor =>
                (Answer.CannotTell,
                    $"{Worse(uncertainty1, uncertainty2)} is too uncertain: more so than {100 - QualityScale.Poor:0} % of faces"),
            _ => (Answer.CannotTell, "the evidence lies between what pairs of one person and pairs of two people usually show"),
        };
        return new(answer, Sigmoid(evidence), evidence, rate, FalseNonMatchRate, reason);
    }

    /// <summary>The calibration as JSON, for a model's metadata or a file.</summary>
    public string ToJson() => CalibrationJson.Write(this);

    /// <summary>Reads what <see cref="ToJson"/> wrote, now or in an earlier version.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="name">Where it comes from, for an error message.</param>
    /// <exception cref="PfeException">Not a calibration, or one that would not be monotone.</exception>
    public static ScoreCalibration FromJson(string json, string name) => CalibrationJson.Read(json, name);

    /// <summary>The calibration in a model's metadata, or null where it has none.</summary>
    /// <param name="metadata">Of an ONNX file.</param>
    /// <param name="name">The file, for an error message.</param>
    /// <exception cref="PfeException">There is one, but it cannot be used.</exception>
    public static ScoreCalibration? FromMetadata(IReadOnlyDictionary<string, string> metadata, string name) =>
        metadata.TryGetValue(MetadataKey, out var json) ? FromJson(json, name) : null;

    internal static double Sigmoid(double logOdds) => 1 / (1 + Math.Exp(-logOdds));

    private static string Share(double rate) => $"fewer than 1 in {Math.Round(1 / rate):#,0}";

    private static string Worse(double uncertainty1, double uncertainty2) =>
        uncertainty1 >= uncertainty2 ? "the first photograph" : "the second photograph";
}
