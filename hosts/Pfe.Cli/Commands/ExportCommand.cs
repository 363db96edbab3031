using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Onnx;
using Pfe.Vision;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe export --json</c> writes.</summary>
/// <param name="Model">The file written.</param>
/// <param name="Sha256">Its checksum; the same parts give the same.</param>
/// <param name="Base">Name of the base network.</param>
/// <param name="Dimension">D.</param>
/// <param name="HeadReads">The base's tensor that the head reads.</param>
/// <param name="Width">Input width.</param>
/// <param name="Height">Input height.</param>
internal sealed record ExportResult(string Model, string Sha256, string Base, int Dimension, string HeadReads, int Width, int Height);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ExportResult))]
internal sealed partial class ExportJson : JsonSerializerContext;

/// <summary>pfe export: base network, its description and a trained head into one probabilistic model.</summary>
internal static class ExportCommand
{
    private static readonly Option<string> Base =
        new("--base") { Description = "The base network: an ONNX file, or a name from pfe models.", Required = true };
    private static readonly Option<string?> Description =
        new("--description") { Description = "The base's description (see docs/any-base.md); by default the .json file beside it." };
    private static readonly Option<string> Head =
        new("--head") { Description = "The trained head (.safetensors) of a training run.", Required = true };
    private static readonly Option<string> Output =
        new("--output", "--out", "-o") { Description = "The ONNX file to write.", Required = true };

    public static Command Create(Terminal terminal) =>
        new Command("export", "Put a base network and a trained head together into one ONNX file: image in, mu and log_variance out. " +
            "Example: pfe export --base my-network.onnx --description my-network.json --head head.safetensors --output my-pfe.onnx")
        {
            Base, Description, Head, Output, ModelOptions.Models,
        }.Does(terminal, (parsed, cancellation) =>
        {
            var head = UncertaintyHead.Load(parsed.GetRequiredValue(Head));
            var (network, description) = parsed.Store()
                .LoadBase(parsed.GetRequiredValue(Base), parsed.GetValue(Description), terminal.Progress(), cancellation);
            var (model, output) = (ProbabilisticModel.Build(network, description, head), parsed.GetRequiredValue(Output));
            // Before there is a file of its name: a model that nobody can run is none.
            ModelCheck.Run(model);
            model.Save(output);
            var result = new ExportResult(
                output, model.Sha256(), description.Name, head.Dimension, head.Source, description.Width, description.Height);
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, ExportJson.Default.ExportResult);
            else terminal.Output.WriteLine($"{output}: {description.Name}, {head.Dimension}-D, {description.Width} x " +
                $"{description.Height}; the head reads '{head.Source}'");
        });
}
