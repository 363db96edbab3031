using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Calibration;
using Pfe.Reporting.Figures;
using Pfe.Storage;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe quality --json</c> writes.</summary>
/// <param name="Reference">What quality is relative to.</param>
/// <param name="Faces">One entry a face, worst first.</param>
internal sealed record QualityResult(string Reference, IReadOnlyList<FaceQuality> Faces);

/// <summary>One face's quality.</summary>
/// <param name="Path">The image.</param>
/// <param name="Quality">0 to 100: more certain than that percentage of the reference faces.</param>
/// <param name="Uncertainty">Mean ln sigma^2.</param>
internal sealed record FaceQuality(string Path, double Quality, double Uncertainty);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(QualityResult))]
internal sealed partial class QualityJson : JsonSerializerContext;

/// <summary>pfe quality: embeddings in, a quality from 0 to 100 for each out, worst first.</summary>
internal static class QualityCommand
{
    private static readonly Argument<string> Features = new("features") { Description = "Embeddings of 'pfe embed'." };
    private static readonly Option<string?> Csv = new("--csv") { Description = "Write all faces to this CSV file." };

    public static Command Create(Terminal terminal) =>
        new Command("quality", "How good each photograph is, 0 to 100, worst first. Example: pfe quality people.safetensors --model " +
            "pfe.onnx --csv quality.csv")
        {
            Features, Csv, CalibrationOptions.File, ModelOptions.Model, ModelOptions.Models,
        }.Does(terminal, (parsed, cancellation) =>
        {
            using var faces = EmbeddingSet.Load(parsed.GetRequiredValue(Features));
            var calibration = parsed.Calibration(faces, terminal, cancellation);
            var uncertainty = FaceUncertainty.Of(faces);
            // Without a calibration a face can only be ranked within its own set.
            var scale = calibration?.Quality ?? QualityScale.Fit(uncertainty);
            var result = new QualityResult(
                calibration?.Source ?? "this set itself", [.. Enumerable.Range(0, faces.Count).OrderByDescending(row => uncertainty[row])
                .Select(row => new FaceQuality(
                    faces.Paths[row], Math.Round(scale.Of(uncertainty[row]), 1), Math.Round(uncertainty[row], 4)))]);
            if (parsed.GetValue(Csv) is { } csv)
                AtomicFile.WriteText(csv, new DataTable(
                    ["path", "quality", "uncertainty"],
                    [.. result.Faces.Select(face => new object?[] { face.Path, face.Quality, face.Uncertainty })]).ToCsv());
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, QualityJson.Default.QualityResult);
            else Show(terminal, result);
        });

    private static void Show(Terminal terminal, QualityResult result)
    {
        const int Shown = 20;
        terminal.Output.WriteLine($"quality q: more certain than q % of the reference faces ({result.Reference})");
        foreach (var face in result.Faces.Take(Shown)) terminal.Output.WriteLine($"{face.Quality,5:0.0}  {face.Path}");
        if (result.Faces.Count > Shown)
            terminal.Output.WriteLine($"... and {result.Faces.Count - Shown:#,0} better ones; --csv or --json lists all");
    }
}
