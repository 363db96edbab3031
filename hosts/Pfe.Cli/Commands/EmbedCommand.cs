using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Serialization;
using Pfe.Vision.Embedding;
using Pfe.Vision.Faces;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe embed --json</c> writes.</summary>
/// <param name="Output">The embedding file.</param>
/// <param name="Images">Images asked for.</param>
/// <param name="Embedded">Rows in the file.</param>
/// <param name="Dimension">D.</param>
/// <param name="Model">The network's name.</param>
/// <param name="ModelSha256">The model file's checksum.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="Failures">The images left out.</param>
internal sealed record EmbedResult(
    string Output, int Images, int Embedded, int Dimension, string Model, string ModelSha256, double Seconds,
    IReadOnlyList<FailedImage> Failures);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(EmbedResult))]
internal sealed partial class EmbedJson : JsonSerializerContext;

/// <summary>pfe embed: images in, one embedding file out.</summary>
internal static class EmbedCommand
{
    private static readonly Option<string> Output =
        new("--output", "-o") { Description = "The embedding file to write (safetensors).", Required = true };
    private static readonly Option<bool> Aligned =
        new("--aligned") { Description = "The images are aligned faces already; nothing is detected." };

    public static Command Create(Terminal terminal) =>
        new Command("embed", "Embed every image of a folder or list. Example: pfe embed lfw/images --landmarks lfw/landmarks.txt " +
            "--output lfw.safetensors")
        {
            FaceOptions.Images, Output, FaceOptions.Landmarks, FaceOptions.TransposeInput, FaceOptions.Prefix, Aligned, FaceOptions.Faces,
            FaceOptions.MinimumFace,
            CommonOptions.Strict, FaceOptions.Workers, ModelOptions.Model, ModelOptions.Models, ModelOptions.Device,
            ModelOptions.Flip,
        }.Does(terminal, (parsed, cancellation) =>
        {
            var sources = parsed.Sources();
            var options = new EmbeddingRunOptions
            {
                Aligned = parsed.GetValue(Aligned), Faces = parsed.GetValue(FaceOptions.Faces),
                Strict = parsed.GetValue(CommonOptions.Strict), Workers = parsed.GetValue(FaceOptions.Workers)
            };
            if (options.Aligned && parsed.GetValue(FaceOptions.Landmarks) is not null)
                throw new UsageException("--aligned and --landmarks exclude each other: aligned faces need no landmarks");
            var (store, messages, output) = (parsed.Store(), terminal.Progress(), parsed.GetRequiredValue(Output));
            using var embedder = parsed.Embedder(store, messages, cancellation);
            using var detector = options.Aligned || sources[0].Landmarks is not null
                ? null : parsed.Detector(store, messages, cancellation);
            var clock = Stopwatch.StartNew();
            var run = EmbeddingRun.Run(sources, embedder, detector, output, options, terminal.ImageProgress("embedded"), cancellation);
            var result = new EmbedResult(
                output, sources.Count, run.Embedded, embedder.Dimension, embedder.Description.Name, embedder.Sha256,
                Math.Round(clock.Elapsed.TotalSeconds, 2), run.Failures);
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, EmbedJson.Default.EmbedResult);
            else terminal.Output.WriteLine($"{result.Embedded} of {result.Images} images -> {output} (D = {result.Dimension}, " +
                $"{result.Seconds:0.0} s, {result.Images / clock.Elapsed.TotalSeconds:0} images/s)");
            terminal.SaySeveralFaces(run.SeveralFaces);
            terminal.SayFailures(run.Failures);
            parsed.SayUnlisted(terminal, sources);
        });
}
