using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Interop.TensorFlow;
using Pfe.Onnx;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe import-tf --json</c> writes.</summary>
/// <param name="Model">The ONNX file written.</param>
/// <param name="Description">The description written beside a base without a head, to train one on; null otherwise.</param>
/// <param name="Network">SphereNet and its depth.</param>
/// <param name="Probabilistic">Whether the checkpoint held an UncertaintyModule, so that the model gives mu and log_variance.</param>
/// <param name="Verified">Stored tensors whose checksums were verified.</param>
/// <param name="Sha256">The ONNX file's checksum.</param>
internal sealed record ImportTfResult(string Model, string? Description, string Network, bool Probabilistic, int Verified, string Sha256);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ImportTfResult))]
internal sealed partial class ImportTfJson : JsonSerializerContext;

/// <summary>pfe import-tf: a checkpoint of the TensorFlow reference code into one ONNX file.</summary>
internal static class ImportTfCommand
{
    private static readonly Argument<string> Checkpoint =
        new("checkpoint") { Description = "The model's folder, or one checkpoint in it (folder/ckpt-3000)." };
    private static readonly Option<string> Output =
        new("--output", "--out", "-o") { Description = "The ONNX file to write.", Required = true };
    private static readonly Option<int[]> ImageSize = new("--image-size")
    {
        Description =
            $"Width and height the network was trained on (default: {SphereNetImport.ReferenceWidth} {SphereNetImport.ReferenceHeight}, " +
            $"for ProbFace's networks {SphereNetImport.ProbFaceSide} {SphereNetImport.ProbFaceSide}).",
        Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int?> Layers =
        new("--layers") { Description = "Layers the network must have: 4, 10, 20, 36 or 64 (default: found from the variables)." };

    public static Command Create(Terminal terminal) =>
        new Command("import-tf", "Turn a model of the TensorFlow reference code (a folder with ckpt-N.index and ckpt-N.data-...) into " +
            "ONNX. " +
            "Example: pfe import-tf PFE_sphere64_msarcface --output pfe-sphere64.onnx") { Checkpoint, Output, ImageSize, Layers }
            .Does(terminal, (parsed, cancellation) =>
            {
                var output = parsed.GetRequiredValue(Output);
                int[]? size = parsed.GetValue(ImageSize) is { Length: 2 } given ? given : null;
                if (size?.Any(side => side is < 16 or > 4096) == true)
                    throw new UsageException($"--image-size is a width and a height from 16 to 4096, not {size[0]} {size[1]}");
                var layers = parsed.GetValue(Layers);
                if (layers is not (null or 4 or 10 or 20 or 36 or 64))
                    throw new UsageException($"--layers is 4, 10, 20, 36 or 64, not {layers}");
                using var checkpoint = TensorFlowCheckpoint.Open(parsed.GetRequiredValue(Checkpoint));
                var verified = checkpoint.Verify();
                var imported = SphereNetImport.Read(checkpoint, size?[0], size?[1], layers, cancellation);
                var model = imported.ToModel();
                model.Save(output);
                var description = imported.Head is null ? Path.ChangeExtension(output, ".json") : null;
                if (description is not null) imported.Description.Save(description);
                var result = new ImportTfResult(
                    output, description, imported.Description.Name, imported.Head is not null, verified, model.Sha256());
                if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, ImportTfJson.Default.ImportTfResult);
                else terminal.Output.WriteLine($"{output}: {result.Network}, {verified} tensors verified, {(description is null
                    ? "gives mu and log_variance"
                        : $"a base without uncertainty; its description is in {description}, train a head on it")}");
            });
}
