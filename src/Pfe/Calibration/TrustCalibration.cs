using System.Text.Json.Serialization;

namespace Pfe.Calibration;

/// <summary>A threshold on the evidence that keeps a false-match rate for every kind of pair of the fit.</summary>
/// <param name="Rate">The false-match rate.</param>
/// <param name="Threshold">"Same" from here on: the highest of the kinds' own thresholds.</param>
/// <param name="Low">Lower end of that kind's 95 % interval, from its order statistics; the pairs count as independent, so it is too
/// narrow.</param>
/// <param name="High">Upper end.</param>
/// <param name="Kind">The kind that needs it.</param>
public sealed record WorstKindThreshold(double Rate, double Threshold, double Low, double High, string Kind);

/// <summary>
/// Turns two faces' means and trust numbers into P(same person) and one of three answers that keep their error rates for every kind of
/// damage of the
/// fit, shared damage included. Fitted by <see cref="TrustFit"/>, stored in the model file under <see cref="MetadataKey"/>.
/// </summary>
/// <remarks>One line from <see cref="TrustScore"/> to log odds, with lapses as in <see cref="ScoreCalibration"/>; every family of pairs
/// weighs the same.</remarks>
public sealed record TrustCalibration
{
    /// <summary>The key of an ONNX or embedding file's metadata under which it is stored as JSON.</summary>
    public const string MetadataKey = "pfe.trust";

    /// <summary>Reliability below which a face is told to be unreliable by itself, as a quality: the worst twentieth of the clean
    /// reference faces.</summary>
    public const double Poor = 5;

    /// <summary>Evidence for each unit of score.</summary>
    public required double Slope { get; init; }

    /// <summary>Evidence at score 0.</summary>
    public required double Offset { get; init; }

    /// <summary>Share of genuine pairs that score as pairs of two people do.</summary>
    public required double GenuineLapses { get; init; }

    /// <summary>Share of impostor pairs that score as pairs of one person do.</summary>
    public required double ImpostorLapses { get; init; }

    /// <summary>Thresholds by false-match rate, strictest last.</summary>
    public required IReadOnlyList<WorstKindThreshold> FalseMatch { get; init; }

    /// <summary>The evidence below which at most <see cref="ScoreCalibration.FalseNonMatchRate"/> of the genuine pairs of every kind
    /// lie.</summary>
    public required double DifferentBelow { get; init; }

    /// <summary>The kind that needs <see cref="DifferentBelow"/>.</summary>
    public required string DifferentKind { get; init; }

    /// <summary>Noise (<see cref="FaceTrust.Noise"/>) as quality 0 to 100, relative to the fit's clean faces.</summary>
    public required QualityScale Quality { get; init; }

    /// <summary>The answers by kind on people that neither the head nor the thresholds have seen; empty where there were none to
    /// spare.</summary>
    // What a file leaves out is set to null by the reader, whatever stands here.
    [JsonInclude]
    internal IReadOnlyList<KindRates> Kinds { get; init => field = value ?? []; } = [];

    /// <summary>What it was fitted on, in words.</summary>
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary><see cref="ScoreCalibration.UsualFalseMatchRate"/>, or the strictest rate there is.</summary>
    [JsonIgnore]
    public double DefaultFalseMatchRate => Math.Max(ScoreCalibration.UsualFalseMatchRate, FalseMatch.Min(point => point.Rate));

    /// <summary>The evidence for one person: ln of the likelihood ratio. Never falls as the cosine rises.</summary>
    /// <param name="cosine">mu1 . mu2.</param>
    /// <param name="first">One face's trust numbers.</param>
    /// <param name="second">The other's.</param>
    public double LogLikelihoodRatio(double cosine, in FaceTrust first, in FaceTrust second) =>
        Evidence(TrustScore.Of(cosine, first, second));

    /// <summary>The evidence of a <see cref="TrustScore"/>.</summary>
    /// <param name="score">The score.</param>
    public double Evidence(double score) => new ContaminationRates(GenuineLapses, ImpostorLapses).Evidence(Slope * score + Offset);

    /// <summary>The threshold for a false-match rate.</summary>
    /// <param name="falseMatchRate">One of <see cref="FalseMatch"/>.</param>
    /// <exception cref="InvalidConfigurationException">The fit's pairs do not support that rate; the message names those it
    /// has.</exception>
    public double ThresholdAt(double falseMatchRate) =>
        FalseMatch.FirstOrDefault(point => Math.Abs(point.Rate / falseMatchRate - 1) < 1e-9)?.Threshold
        ?? throw new InvalidConfigurationException($"no threshold for the false-match rate {falseMatchRate:0.##E+0} "
            + "that every kind of damage keeps; "
            + $"this calibration has {string.Join(", ", FalseMatch.Select(point => $"{point.Rate:0.##E+0}"))}");

    /// <summary>Same, different, or cannot tell.</summary>
    /// <param name="cosine">mu1 . mu2.</param>
    /// <param name="first">The first photograph's trust numbers.</param>
    /// <param name="second">The second's.</param>
    /// <param name="falseMatchRate">One of <see cref="FalseMatch"/>; null for <see cref="DefaultFalseMatchRate"/>.</param>
    public Verdict Decide(double cosine, in FaceTrust first, in FaceTrust second, double? falseMatchRate = null)
    {
        var rate = falseMatchRate ?? DefaultFalseMatchRate;
        var (accept, evidence) = (ThresholdAt(rate), LogLikelihoodRatio(cosine, first, second));
        var (worse, quality) = first.Noise >= second.Noise ? ("the first photograph", Quality.Of(first.Noise))
            : ("the second photograph", Quality.Of(second.Noise));
        var (answer, reason) = true switch
        {
            _ when evidence >= accept =>
                (Answer.Same, $"{Share(rate)} pairs of two people look this much alike, whatever damage they share"),
            _ when evidence < Math.Min(DifferentBelow, accept) =>
                (Answer.Different, $"{Share(ScoreCalibration.FalseNonMatchRate)} pairs of one person look this little alike, "
                    + "whatever is wrong with the photographs"),
            _ when quality < Poor =>
                (Answer.CannotTell, $"{worse} shows too little of the person: less than {100 - Poor:0} % of good photographs do"),
            _ => (Answer.CannotTell, "the evidence lies between what pairs of one person and pairs of two people usually show"),
        };
        return new(answer, ScoreCalibration.Sigmoid(evidence), evidence, rate, ScoreCalibration.FalseNonMatchRate, reason);
    }

    /// <summary>As JSON, for a model's metadata or a file.</summary>
    public string ToJson() => TrustJson.Write(this);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="name">Where it comes from, for an error message.</param>
    /// <exception cref="PfeException">Not a trust calibration, or one with impossible numbers.</exception>
    public static TrustCalibration FromJson(string json, string name) => TrustJson.Read(json, name);

    /// <summary>The one in a file's metadata, or null where there is none.</summary>
    /// <param name="metadata">Of an ONNX or embedding file.</param>
    /// <param name="name">The file, for an error message.</param>
    /// <exception cref="PfeException">There is one, but it cannot be used.</exception>
    public static TrustCalibration? FromMetadata(IReadOnlyDictionary<string, string> metadata, string name)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return metadata.TryGetValue(MetadataKey, out var json) ? FromJson(json, name) : null;
    }

    private static string Share(double rate) => $"fewer than 1 in {Math.Round(1 / rate):#,0}";
}
