using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Vision.Faces;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe crop-ijba --json</c> writes.</summary>
/// <param name="Output">The folder.</param>
/// <param name="Rows">Rows of metadata.csv.</param>
/// <param name="Cropped">Crops written.</param>
/// <param name="AlreadyThere">Crops that an earlier run had written.</param>
/// <param name="Repeated">Rows that repeat an earlier row's crop exactly.</param>
/// <param name="Collisions">Rows whose crop would replace another one; the first is kept.</param>
/// <param name="Failures">Rows whose image is missing or unreadable.</param>
internal sealed record CropIjbaResult(
    string Output, int Rows, int Cropped, int AlreadyThere, int Repeated, IReadOnlyList<FailedImage> Collisions,
    IReadOnlyList<FailedImage> Failures);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(CropIjbaResult))]
internal sealed partial class CropIjbaJson : JsonSerializerContext;

/// <summary>pfe crop-ijba: the reference's crop_ijba.</summary>
internal static class CropIjbaCommand
{
    private static readonly Argument<string> Metadata = new("metadata") { Description = "IJB-A's metadata.csv." };
    private static readonly Argument<string> Images = new("images") { Description = "Folder with the folders img and frame." };
    private static readonly Option<string> Output = new("--output", "-o") { Description = "The folder to fill.", Required = true };

    public static Command Create(Terminal terminal) =>
        new Command("crop-ijba", "Cut the faces of IJB-A out, 256 x 256 each. Example: pfe crop-ijba IJB-A/metadata.csv IJB-A/images " +
            "--output crops") { Metadata, Images, Output, CommonOptions.Strict, CommonOptions.Overwrite }
            .Does(terminal, (parsed, cancellation) =>
            {
                var (faces, output) = (IjbaMetadata.Read(parsed.GetRequiredValue(Metadata)), parsed.GetRequiredValue(Output));
                var run = IjbaCropRun.Run(
                    faces, parsed.GetRequiredValue(Images), output, parsed.GetValue(CommonOptions.Strict),
                        parsed.GetValue(CommonOptions.Overwrite),
                    terminal.ImageProgress("cropped"), cancellation);
                if (run.Cropped + run.AlreadyThere == 0 && run.Failures.Count > 0)
                    throw FailedImage.None($"{faces.Count} faces could be cropped", run.Failures);
                var result = new CropIjbaResult(
                    output, faces.Count, run.Cropped, run.AlreadyThere, run.Repeated, run.Collisions, run.Failures);
                if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, CropIjbaJson.Default.CropIjbaResult);
                else terminal.Output.WriteLine($"{run.Cropped} of {faces.Count} faces -> {output}; {run.AlreadyThere} were there " +
                    $"already, {run.Repeated} rows repeat another, {run.Collisions.Count} collide, {run.Failures.Count} have no readable " +
                    "image");
                foreach (var collision in run.Collisions) terminal.Say($"collision: {collision.Name}: {collision.Reason}");
                terminal.SayFailures(run.Failures);
            });
}
