using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Evaluation.Lfw;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe pairs --json</c> writes.</summary>
/// <param name="Output">The pairs file.</param>
/// <param name="Folds">Folds, no two of which share a person.</param>
/// <param name="PairsPerFold">Genuine pairs a fold, and as many impostor pairs.</param>
/// <param name="Seed">The seed that draws the same file again.</param>
internal sealed record PairsResult(string Output, int Folds, int PairsPerFold, int Seed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(PairsResult))]
internal sealed partial class PairsJson : JsonSerializerContext;

/// <summary>pfe pairs: an LFW pairs file for one's own folder.</summary>
internal static class PairsCommand
{
    private static readonly Argument<string> Folder = new("folder") { Description = "A folder with a folder for each person." };
    private static readonly Option<string> Output = new("--output", "-o") { Description = "The pairs file to write.", Required = true };
    private static readonly Option<int> Folds =
        new("--folds") { Description = "Folds, no two of which share a person.", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> Pairs =
        new("--pairs") { Description = "Genuine pairs a fold, and as many impostor pairs.", DefaultValueFactory = _ => 300 };
    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "Same folder and seed, same file.",
        DefaultValueFactory = _ => 1
    };

    public static Command Create(Terminal terminal) =>
        new Command("pairs", "Write a pairs file in LFW's form for your own folder. Example: pfe pairs people --output pairs.txt")
        {
            Folder, Output, Folds, Pairs, Seed,
        }.Does(terminal, (parsed, _) =>
        {
            var (output, options) = (parsed.GetRequiredValue(Output), new PairDrawOptions
            {
                Folds = parsed.GetValue(Folds), PairsPerFold = parsed.GetValue(Pairs), Seed = parsed.GetValue(Seed),
            });
            PairDraw.Save(parsed.GetRequiredValue(Folder), output, options);
            if (parsed.GetValue(CommonOptions.Json))
                terminal.WriteJson(new PairsResult(output, options.Folds, options.PairsPerFold, options.Seed),
                    PairsJson.Default.PairsResult);
            else terminal.Output.WriteLine(
                $"{output}: {options.Folds} folds of {options.PairsPerFold} genuine and as many impostor pairs; " +
                $"evaluate with pfe eval lfw --pairs {output}");
        });
}
