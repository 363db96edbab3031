using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Cli;
using Pfe.Training.Configuration;
using Pfe.Training.Configuration.Reference;

namespace Pfe.Train.Commands;

/// <summary>What <c>pfe convert-config --json</c> prints.</summary>
/// <param name="Output">The configuration written.</param>
/// <param name="UnknownKeys">Names the file assigns that were left out, with their lines.</param>
/// <param name="Notes">Keys that mean something else in Pfe, and what to do about them.</param>
internal sealed record ConvertConfigResult(string Output, IReadOnlyList<string> UnknownKeys, IReadOnlyList<string> Notes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ConvertConfigResult))]
internal sealed partial class ConvertConfigJson : JsonSerializerContext;

/// <summary>pfe convert-config: the TensorFlow reference code's Python configuration in, Pfe's JSON out.</summary>
internal static class ConvertConfigCommand
{
    private static readonly Argument<string> Config =
        new("config") { Description = "The reference's configuration (.py). It is read as data, never executed." };
    private static readonly Option<string> Out = new("--out", "-o") { Description = "The JSON file to write.", Required = true };
    private static readonly Option<string?> Base =
        new("--base") { Description = "The base network as ONNX; without it, restore_model's name with .onnx." };

    public static Command Create(Terminal terminal) =>
        new Command("convert-config",
            "Turn a Python configuration of the TensorFlow reference code into JSON. " +
            "Example: pfe convert-config config/sphere64_casia.py --out casia.json") { Config, Out, Base }
            .Does(terminal, (parsed, _) =>
            {
                var output = parsed.GetRequiredValue(Out);
                var converted = ReferenceConfig.Load(parsed.GetRequiredValue(Config), parsed.GetValue(Base));
                TrainingConfigFile.Save(converted.Config, output);
                foreach (var key in converted.UnknownKeys) terminal.Say($"unknown key, left out: {key}");
                foreach (var note in converted.Notes) terminal.Say($"note: {note}");
                if (parsed.GetValue(CommonOptions.Json))
                    terminal.WriteJson(new ConvertConfigResult(output, converted.UnknownKeys, converted.Notes),
                    ConvertConfigJson.Default.ConvertConfigResult);
                else terminal.Output.WriteLine($"{output}: train with pfe train {output}");
            });
}
