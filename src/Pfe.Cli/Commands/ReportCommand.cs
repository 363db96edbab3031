using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Reporting.Drawing;
using Pfe.Reporting.Report;
using Pfe.Vision;
using Pfe.Vision.Embedding;
using Pfe.Vision.Faces;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe report --json</c> writes.</summary>
/// <param name="Page">The page.</param>
/// <param name="Summary">The numbers at its head.</param>
/// <param name="Figures">The figures' names; each has an SVG, a PNG and a CSV file in the folder figures.</param>
internal sealed record ReportResult(string Page, IReadOnlyDictionary<string, string> Summary, IReadOnlyList<string> Figures);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ReportResult))]
internal sealed partial class ReportJson : JsonSerializerContext;

/// <summary>pfe report: embeddings in, one page out.</summary>
internal static class ReportCommand
{
    private static readonly Argument<string[]> Features = new("features") { Description = "Embeddings of 'pfe embed' with paths like person/image.jpg, further ones are laid beside the first; or a folder of photographs, with --model.", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string> Output = new("--output", "-o") { Description = "The folder to write.", DefaultValueFactory = _ => "report" };
    private static readonly Option<string?> Images = new("--images") { Description = "Folder that the embeddings' paths are relative to; without it no faces are shown." };
    private static readonly Option<bool> NoFaces = new("--no-faces") { Description = "Leave pictures of faces out, so that the report can be shared." };
    private static readonly Option<string?> Groups = new("--groups") { Description = "A CSV file with the columns path and group: error rates by group." };
    private static readonly Option<string[]> Quality = new("--quality") { Description = "CSV files with the columns path and quality (of OFIQ, for example) to compare sigma with.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<int> Resamples = new("--resamples") { Description = "Resamples of the bootstrap bands.", DefaultValueFactory = _ => new ReportOptions().Resamples };

    public static Command Create(Terminal terminal) =>
        new Command("report", "One self-contained page about a set of faces. Example: pfe report lfw.safetensors ytf.safetensors --images lfw/images --model pfe.onnx")
        {
            Features, Output, Images, NoFaces, Groups, Quality, Resamples, CalibrationOptions.File, ModelOptions.Model, ModelOptions.Models,
        }.Does(terminal, (parsed, cancellation) =>
        {
            var (store, messages) = (parsed.Store(), terminal.Progress());
            var (features, images, faces) = (parsed.GetRequiredValue(Features), parsed.GetValue(Images), !parsed.GetValue(NoFaces));
            var folder = Directory.Exists(features[0]) ? features[0] : null;
            images ??= folder;
            // A folder is embedded, and damage is studied, by the network on photographs.
            var damage = folder is not null || parsed.GetValue(ModelOptions.Model) is not null && images is not null;
            using var embedder = damage ? parsed.Embedder(store, messages, cancellation) : null;
            using var finder = damage ? new FaceFinder(store) : null;
            if (folder is not null) features[0] = Embed(folder, parsed.GetRequiredValue(Output), embedder!, finder!, terminal, cancellation);
            using var inputs = ReportInputs.Load(features);
            var data = inputs.Measure(new()
            {
                Images = images,
                Groups = parsed.GetValue(Groups),
                Qualities = parsed.GetValue(Quality) ?? [],
                Calibration = parsed.Calibration(terminal, cancellation),
                Embedder = embedder,
                Finder = finder,
            }, messages, cancellation);
            var report = FaceReport.Of(data, new ReportOptions { Faces = faces, Resamples = parsed.GetValue(Resamples) }, messages, cancellation);
            using var fonts = new FigureFonts(store.Get("font", messages, cancellation), store.Get("font-bold", messages, cancellation));
            var page = report.Write(parsed.GetRequiredValue(Output), fonts, cancellation);
            if (parsed.GetValue(CommonOptions.Json))
                terminal.WriteJson(new(page, report.Summary.ToDictionary(line => line.Name, line => line.Value), [.. report.Figures.Select(figure => figure.Id)]), ReportJson.Default.ReportResult);
            else
            {
                foreach (var (name, value) in report.Summary) terminal.Output.WriteLine($"{name}: {value}");
                terminal.Output.WriteLine($"page: {page}");
            }
        });

    private static string Embed(string folder, string output, FaceEmbedder embedder, FaceFinder finder, Terminal terminal, CancellationToken cancellation)
    {
        // The file's name is what the report calls the set.
        var file = Path.Combine(output, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) + ".safetensors");
        Directory.CreateDirectory(output);
        terminal.SayFailures(EmbeddingRun.Run(FaceSource.InFolder(folder), embedder, finder, file, null, terminal.ImageProgress("embedded"), cancellation).Failures);
        return file;
    }
}
