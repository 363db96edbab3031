using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Reporting.Drawing;
using Pfe.Reporting.Explain;
using Pfe.Storage;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe explain --json</c> writes.</summary>
/// <param name="Output">The picture.</param>
/// <param name="Uncertainty">Mean ln sigma^2 of the face as it is.</param>
/// <param name="Steps">Places in a row and in a column.</param>
/// <param name="UncertaintyRise">Steps x steps, row by row: rise of mean ln sigma^2 with the patch there.</param>
/// <param name="MeanShift">Steps x steps: 1 - cosine of mu with and without the patch.</param>
internal sealed record ExplainResult(string Output, double Uncertainty, int Steps, double[] UncertaintyRise, double[] MeanShift);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ExplainResult))]
internal sealed partial class ExplainJson : JsonSerializerContext;

/// <summary>pfe explain: which parts of a face its uncertainty and its identity come from.</summary>
internal static class ExplainCommand
{
    private static readonly Argument<string> Photo = new("photo") { Description = "A photograph with a face." };
    private static readonly Option<string> Output =
        new("--output", "-o") { Description = "The picture to write: .png or .svg.", DefaultValueFactory = _ => "explain.png" };
    private static readonly Option<bool> Aligned = new("--aligned") { Description = "The photograph is an aligned face already." };
    private static readonly Option<int> Steps =
        new("--steps")
        {
            Description = "Places of the patch in a row and in a column.",
            DefaultValueFactory = _ => new OcclusionOptions().Steps
        };
    private static readonly Option<double> Patch =
        new("--patch")
        {
            Description = "Side of the patch as a share of the face's width.",
            DefaultValueFactory = _ => new OcclusionOptions().Patch
        };

    public static Command Create(Terminal terminal) =>
        new Command("explain", "A heat map of where in the face sigma and mu come from. Example: pfe explain face.jpg --model pfe.onnx " +
            "--output why.png")
        {
            Photo, Output, Aligned, Steps, Patch, ModelOptions.Model, ModelOptions.Models, ModelOptions.Device,
        }.Does(terminal, (parsed, cancellation) =>
        {
            var (photo, output, store, messages) =
                (parsed.GetRequiredValue(Photo), parsed.GetRequiredValue(Output), parsed.Store(), terminal.Progress());
            var extension = Path.GetExtension(output).ToLowerInvariant();
            if (extension is not (".png" or ".svg")) throw new UsageException($"the picture is a .png or an .svg file, not '{output}'");
            using var embedder = parsed.Embedder(store, messages, cancellation);
            using var detector = parsed.GetValue(Aligned) ? null : parsed.Detector(store, messages, cancellation);
            var face = detector is null ? Image.Load(photo)
                : AlignmentRun.Align(new FaceSource(photo, photo), detector, embedder.Template).Face;
            if (detector is null) embedder.Template.RequireShape(face, photo);
            var map = OcclusionMap.Of(
                face, embedder, new OcclusionOptions { Steps = parsed.GetValue(Steps), Patch = parsed.GetValue(Patch) }, cancellation);
            if (extension == ".svg") AtomicFile.WriteText(output, map.Draw().ToSvg());
            else
            {
                using var fonts = new FigureFonts(
                    store.Get("font", messages, cancellation), store.Get("font-bold", messages, cancellation));
                var png = map.Draw().ToPng(fonts);
                AtomicFile.Write(output, stream => stream.Write(png));
            }
            if (parsed.GetValue(CommonOptions.Json))
                terminal.WriteJson(new(output, map.Uncertainty, map.Steps, map.UncertaintyRise, map.MeanShift),
                ExplainJson.Default.ExplainResult);
            else terminal.Output.WriteLine($"uncertainty {map.Uncertainty:0.00} (mean ln sigma^2); {map.Steps * map.Steps} places -> " +
                $"{output}");
        });
}
