using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Calibration;
using Pfe.Evaluation.Statistics;
using Pfe.Scoring;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe threshold --json</c> writes.</summary>
/// <param name="Score">mls, shared or cosine.</param>
/// <param name="FalseMatchRate">The rate asked for.</param>
/// <param name="Threshold">Pairs with at least this score match.</param>
/// <param name="Low">Lower end of the 95 % interval of the threshold.</param>
/// <param name="High">Upper end.</param>
/// <param name="ImpostorPairs">How many impostor pairs it rests on.</param>
/// <param name="Persons">Of how many persons.</param>
/// <param name="Errors">How many of the pairs match at the threshold.</param>
/// <param name="IsReliable">Whether 30 errors or more support it.</param>
/// <param name="TrueMatchRate">Share of the genuine pairs that match at the threshold.</param>
internal sealed record ThresholdResult(
    string Score, double FalseMatchRate, double Threshold, double Low, double High, int ImpostorPairs, int Persons, int Errors,
        bool IsReliable,
    double TrueMatchRate);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ThresholdResult))]
internal sealed partial class ThresholdJson : JsonSerializerContext;

/// <summary>pfe threshold: a false-match rate in, a threshold with its interval out.</summary>
internal static class ThresholdCommand
{
    private static readonly Argument<string> Features =
        new("features") { Description = "Embeddings of 'pfe embed' with paths like person/image.jpg." };
    private static readonly Option<double> Rate = new("--fmr") { Description = "The false-match rate, such as 1e-4.", Required = true };
    private static readonly Option<string> Score =
        new("--score") { Description = "mls, shared or cosine.", DefaultValueFactory = _ => "mls" };
    private static readonly Option<int> Pairs =
        new("--pairs") { Description = "The most impostor pairs to score.", DefaultValueFactory = _ => 1_000_000 };

    public static Command Create(Terminal terminal) =>
        new Command("threshold", "A threshold for a stated false-match rate, from your own people. Example: pfe threshold " +
            "people.safetensors --fmr 1e-4") { Features, Rate, Score, Pairs }
        .Does(terminal, (parsed, cancellation) =>
        {
            var (name, rate, most) = (parsed.GetRequiredValue(Score), parsed.GetRequiredValue(Rate), parsed.GetRequiredValue(Pairs));
            if (most < 1) throw new UsageException($"--pairs is a number of pairs, at least 1, not {most}");
            using var faces = EmbeddingSet.Load(parsed.GetRequiredValue(Features));
            var labels = LabelledFaces.FromFolders(faces.Paths);
            var scored = ScoredPairList.Of(faces, labels.Pairs(impostor: most), KindOf(name), cancellation);
            var found = ThresholdInterval.Find(scored, rate, cancellation: cancellation);
            var result = new ThresholdResult(
                name, rate, found.Threshold, found.Low, found.High, found.ImpostorPairs, labels.Names.Count, found.Errors, found.IsReliable,
                (double)scored.Genuine.Count(score => score >= found.Threshold) / scored.Genuine.Length);
            if (!found.IsReliable) terminal.Say($"note: only about {rate * found.ImpostorPairs:0} errors support this; " +
                $"{Math.Ceiling(ThresholdEstimate.ErrorsForAnInterval / rate):#,0} impostor pairs would make it steady (rule of 30)");
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, ThresholdJson.Default.ThresholdResult);
            else terminal.Output.WriteLine($"{name} >= {found.Threshold:0.####} (95 %: {found.Low:0.####} to {found.High:0.####}) has " +
                $"the false-match rate {rate:0.##E+0} on {found.ImpostorPairs:#,0} impostor pairs of {labels.Names.Count:#,0} persons; " +
                $"{100 * result.TrueMatchRate:0.00} % of {scored.Genuine.Length:#,0} genuine pairs match");
        });

    private static ScoreKind KindOf(string name) => name switch
    {
        "mls" => ScoreKind.MutualLikelihood,
        "shared" => ScoreKind.SharedVariance,
        "cosine" => ScoreKind.Cosine,
        _ => throw new UsageException($"--score is mls, shared or cosine, not '{name}'"),
    };
}
