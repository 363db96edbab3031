using System.Globalization;
using Pfe.Calibration;
using Pfe.Onnx;
using Pfe.Vision;

namespace Pfe.Reporting.Data;

/// <summary>What a model's file says of itself, for a person to read.</summary>
internal static class ModelFacts
{
    public static IReadOnlyList<(string Name, string Value)> Of(FaceEmbedder embedder)
    {
        var network = embedder.Description;
        var facts = new List<(string, string)>
        {
            ("model", $"SHA-256 {embedder.Sha256}"),
            ("base network",
                $"{network.Name}: input {network.Width} x {network.Height} {network.ChannelOrder.ToString().ToUpperInvariant()}, " +
                $"alignment {network.Alignment}, D = {embedder.Dimension}"),
            ("its licence", network.Licence ?? "not stated"),
            ("its training data", network.TrainingData ?? "not stated"),
            ("uncertainty head", Head(embedder.Metadata)),
        };
        facts.AddRange(ScoreCalibration.FromMetadata(embedder.Metadata, "the model") is { } calibration
            ? Of(calibration)
            : [("calibration", "none: no probabilities and no answers; fit one on your own people")]);
        facts.AddRange(Trust(embedder.Metadata));
        return facts;
    }

    private static IEnumerable<(string Name, string Value)> Trust(IReadOnlyDictionary<string, string> metadata)
    {
        if (TrustCalibration.FromMetadata(metadata, "the model") is not { } trust)
        {
            yield return ("trust head", "none: the rates of the answers do not hold for strangers who share a damage");
            yield break;
        }
        var promised = trust.DefaultFalseMatchRate;
        var broken = trust.Kinds.Where(kind => !kind.Keeps(promised)).Select(kind => kind.Name).ToArray();
        yield return ("trust head", $"answers fitted on {(trust.Source.Length > 0 ? trust.Source : "pairs it does not name")}");
        yield return ("wrong \"same\" by kind of damage", trust.Kinds.Count == 0
            ? "not checked"
            : broken.Length == 0
                ? $"at most {Numbers.Percent(promised)} for each of {trust.Kinds.Count} kinds of pairs, as far as their intervals tell"
                : $"promised at most {Numbers.Percent(promised)}, NOT kept for {string.Join(", ", broken)}");
    }

    private static string Head(IReadOnlyDictionary<string, string> metadata)
    {
        var notes = metadata.Where(
            pair => pair.Key.StartsWith(ProbabilisticModel.HeadNotePrefix, StringComparison.Ordinal)
            && pair.Key != ProbabilisticModel.HeadSourceKey)
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => $"{pair.Key[ProbabilisticModel.HeadNotePrefix.Length..].Replace('_', ' ')} {pair.Value}").ToList();
        return $"reads tensor '{metadata.GetValueOrDefault(ProbabilisticModel.HeadSourceKey)}'; " +
            $"{(notes.Count > 0 ? string.Join(", ", notes) : "says nothing of its training")}";
    }

    private static IEnumerable<(string Name, string Value)> Of(ScoreCalibration calibration)
    {
        var scale = calibration.Quality.Uncertainties;
        yield return ("calibration",
            string.Create(CultureInfo.InvariantCulture,
            $"of {Evaluation.Statistics.ScoredPairList.NameOf(calibration.Score)}, fitted on " +
            $"{(calibration.Source.Length > 0 ? calibration.Source : "pairs it does not name")}: {calibration.GenuinePairs:#,0} genuine, " +
            $"{calibration.ImpostorPairs:#,0} impostor pairs"));
        yield return ("its thresholds",
            string.Join("; ", calibration.FalseMatch.Select(point => $"FMR {Numbers.Rate(point.Rate)} from " +
            $"{Numbers.Short(point.Threshold)} nats of evidence")));
        yield return ("quality 100, 50, 0",
            $"mean ln σ² {Numbers.Short(scale[0])}, {Numbers.Short(scale[scale.Count / 2])}, {Numbers.Short(scale[^1])}");
    }
}
