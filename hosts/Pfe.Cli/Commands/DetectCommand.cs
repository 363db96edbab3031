using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Storage;
using Pfe.Vision.Faces;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe detect --json</c> writes.</summary>
/// <param name="Images">One entry an image, in order.</param>
/// <param name="Faces">Faces in all.</param>
/// <param name="WithoutFace">Images without a face.</param>
/// <param name="Unreadable">Images that could not be read.</param>
internal sealed record DetectResult(IReadOnlyList<DetectedImage> Images, int Faces, int WithoutFace, int Unreadable);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(DetectResult))]
internal sealed partial class DetectJson : JsonSerializerContext;

/// <summary>pfe detect: faces and landmarks of photographs, and a landmark list for align and embed.</summary>
internal static class DetectCommand
{
    private static readonly Argument<string> Images =
        new("images") { Description = "A photograph, a folder of them, or a text file with one path a line." };
    private static readonly Option<string?> Output =
        new("--output", "-o") { Description = "Write the main faces as a landmark list, 'path x1 y1 ... x5 y5' a line." };
    private static readonly Option<float> MinimumScore =
        new("--minimum-score") { Description = "Detector score from which a box is a face, 0 to 1.", DefaultValueFactory = _ => 0.7f };

    public static Command Create(Terminal terminal) =>
        new Command("detect", "Find faces and their five landmarks. Example: pfe detect holiday.jpg --json") { Images, Output, MinimumScore,
            FaceOptions.MinimumFace, CommonOptions.Strict, ModelOptions.Models, ModelOptions.Device }
            .Does(terminal, (parsed, cancellation) =>
            {
                var sources = Sources(parsed.GetRequiredValue(Images));
                if (parsed.GetValue(MinimumScore) is not (> 0 and <= 1) and var score)
                    throw new UsageException($"--minimum-score is above 0 and up to 1, not {score}");
                var messages = terminal.Progress();
                var options = new FaceDetectorOptions
                {
                    MinimumScore = parsed.GetValue(MinimumScore), MinimumFaceSize = parsed.GetValue(FaceOptions.MinimumFace),
                    Network = parsed.Network(messages),
                };
                if (parsed.GetValue(Output) is { } wanted) AtomicFile.RequirePossible(wanted);
                using var detector = FaceDetector.Open(parsed.Store(), options, messages, cancellation);
                var found = DetectionRun.Run(
                    sources, detector, parsed.GetValue(CommonOptions.Strict), terminal.ImageProgress("searched"), cancellation);
                if (found.All(image => image.Error is not null))
                    throw new PfeException(found.Count == 1
                        ? $"image '{found[0].Name}': {found[0].Error}"
                        : $"none of {found.Count} images could be read; the first: {found[0].Name}: {found[0].Error}");
                if (parsed.GetValue(Output) is { } list) DetectionRun.WriteLandmarks(found, list);
                var result = new DetectResult(
                    found, found.Sum(image => image.Faces.Count), found.Count(image => image.Error is null && image.Main is null),
                    found.Count(image => image.Error is not null));
                if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, DetectJson.Default.DetectResult);
                else Print(terminal, result);
            });

    private static IReadOnlyList<FaceSource> Sources(string images)
    {
        if (Directory.Exists(images)) return FaceSource.InFolder(images);
        return Path.GetExtension(images).Equals(".txt", StringComparison.OrdinalIgnoreCase)
            ? FaceSource.InList(images) : [new FaceSource(images, images)];
    }

    private static void Print(Terminal terminal, DetectResult result)
    {
        foreach (var image in result.Images)
        {
            terminal.Output.WriteLine(image.Error is { } error ? $"{image.Name}: {error}" : $"{image.Name} ({image.Width} x " +
                $"{image.Height}): {(image.Faces.Count == 1 ? "1 face" : $"{image.Faces.Count} faces")}");
            for (var i = 0; i < image.Faces.Count; i++)
            {
                var (box, score, points) = image.Faces[i];
                terminal.Output.WriteLine($"  {(i == image.Main ? '*' : ' ')} {box.Width:0} x {box.Height:0} at ({box.Left:0}, " +
                    $"{box.Top:0}), score {score:0.00}, eyes ({points.LeftEye.X:0}, {points.LeftEye.Y:0}) ({points.RightEye.X:0}, " +
                    $"{points.RightEye.Y:0})");
            }
        }
    }
}
