using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Vision.Models;
using Spectre.Console;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe models --json</c> writes.</summary>
/// <param name="Folder">The store's folder.</param>
/// <param name="Models">Everything the manifest names.</param>
/// <param name="DefaultModel">What the default model is made of besides the base network: part of the program.</param>
/// <param name="Warning">Who else may write to the folder; null for nobody.</param>
internal sealed record ModelsResult(string Folder, IReadOnlyList<ModelResult> Models, IReadOnlyList<ModelPart> DefaultModel,
    string? Warning);

/// <summary>One part of the default model.</summary>
/// <param name="Name">head or calibration.</param>
/// <param name="Sha256">Its checksum.</param>
internal sealed record ModelPart(string Name, string Sha256);

/// <summary>One file of the manifest.</summary>
/// <param name="Name">The name commands take.</param>
/// <param name="State">present, missing or damaged.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Input">A network's input; null for other files.</param>
/// <param name="Licence">What its package says.</param>
/// <param name="Package">Where it comes from.</param>
/// <param name="Sha256">The file's checksum.</param>
/// <param name="Path">Where it lies or will lie.</param>
internal sealed record ModelResult(
    string Name, string State, string Purpose, string? Input, string Licence, string Package, string Sha256, string Path);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ModelsResult))]
internal sealed partial class ModelsJson : JsonSerializerContext;

/// <summary>pfe models: what the registry supplies and whether it is here; pfe models restore fetches it.</summary>
internal static class ModelsCommand
{
    public static Command Create(Terminal terminal)
    {
        var restore = new Command(
            "restore", "Fetch everything that is not here. Example: pfe models restore --models ./networks") { ModelOptions.Models }
            .Does(terminal, (parsed, cancellation) =>
            {
                var store = parsed.Store();
                store.RestoreAll(terminal.Progress(), cancellation);
                Show(terminal, store, parsed.GetValue(CommonOptions.Json));
            });
        return new Command("models", "List the networks, sample photographs and fonts. Example: pfe models --json") { ModelOptions.Models,
            restore }
            .Does(terminal, (parsed, _) => Show(terminal, parsed.Store(), parsed.GetValue(CommonOptions.Json)));
    }

    private static void Show(Terminal terminal, ModelStore store, bool json)
    {
        var models = store.List().Select(
            model => new ModelResult(model.File.Name, model.State.ToString().ToLowerInvariant(), model.File.Purpose, model.File.Input,
            model.Package.Licence, model.Package.Package, model.File.Sha256, model.Path)).ToList();
        var parts = DefaultModel.Parts.Select(part => new ModelPart(part.Name, part.Sha256)).ToList();
        if (json)
        {
            terminal.WriteJson(new ModelsResult(store.Folder, models, parts, store.WritableByOthers), ModelsJson.Default.ModelsResult);
            return;
        }
        var table = new Table().Border(TableBorder.Simple).AddColumns("name", "state", "purpose", "input", "SHA-256");
        foreach (var model in models)
            table.AddRow(new Text(model.Name), new Text(model.State), new Text(model.Purpose), new Text(model.Input ?? ""),
                new Text(model.Sha256[..12]));
        foreach (var part in parts)
            table.AddRow(new Text(part.Name), new Text("built in"), new Text("the default model's"), new Text(""),
                new Text(part.Sha256[..12]));
        terminal.Results.Write(table);
        foreach (var package in models.GroupBy(model => (model.Package, model.Licence)))
            terminal.Output.WriteLine($"{package.Key.Package}: {package.Key.Licence}");
        terminal.Output.WriteLine($"folder: {store.Folder}");
        if (store.WritableByOthers is { } warning) terminal.Say($"warning: {warning}");
        if (models.Exists(model => model.State != "present")) terminal.Output.WriteLine("'pfe models restore' fetches what is not present");
    }
}
