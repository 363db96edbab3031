using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Pfe.Reporting.Demo;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;
using Spectre.Console;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe demo --json</c> writes.</summary>
/// <param name="Result">What was found.</param>
/// <param name="Picture">The picture written.</param>
/// <param name="Strength">How strong the damage is, of 1.</param>
internal sealed record DemoJson(DemoResult Result, string Picture, double Strength);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(DemoJson))]
internal sealed partial class DemoJsonContext : JsonSerializerContext;

/// <summary>pfe demo: the whole path on the registry's sample photographs.</summary>
internal static class DemoCommand
{
    public static Command Create(Terminal terminal)
    {
        var photographs = new Argument<string[]>(
            "photographs")
        { Description = "Your own photographs instead of the samples.", Arity = ArgumentArity.ZeroOrMore };
        var output = new Option<string>("--out") { Description = "The picture to write.", DefaultValueFactory = _ => "pfe-demo.png" };
        return new Command("demo",
            "See PFE at work: find every face, damage it, and watch sigma and the scores. Example: pfe demo --out faces.png")
        {
            photographs, output, ModelOptions.Models, ModelOptions.Device, ModelOptions.Model,
        }.Does(terminal, (parsed, cancellation) =>
            Run(terminal, parsed.GetValue(photographs)!, parsed.GetValue(output)!, parsed, cancellation));
    }

    private static void Run(Terminal terminal, string[] photographs, string picture, ParseResult parsed, CancellationToken cancellation)
    {
        var messages = terminal.Progress();
        var store = parsed.Store();
        if (photographs.Length == 0) photographs = [.. store.Samples(messages, cancellation)];
        using var detector = parsed.Detector(store, messages, cancellation);
        using var embedder = parsed.Embedder(store, messages, cancellation);
        var demo = UncertaintyDemo.Prepare(photographs, detector, embedder, messages, cancellation);
        var result = demo.Measure();
        demo.Draw(new ContactSheetOptions
        {
            Columns = 12,
            Title = "Every face and its damaged copies, from the most certain to the least",
            Note = "σ: geometric mean over the dimensions of the embedding (its length is 1). Damage at strength " +
                $"{UncertaintyDemo.Strength.ToString(CultureInfo.InvariantCulture)} of 1.",
            Font = store.Get("font", messages, cancellation),
            BoldFont = store.Get("font-bold", messages, cancellation),
        }).Save(picture);
        if (parsed.GetValue(CommonOptions.Json))
            terminal.WriteJson(new DemoJson(result, picture, UncertaintyDemo.Strength), DemoJsonContext.Default.DemoJson);
        else Print(terminal.Results, result, picture);
    }

    private static void Print(IAnsiConsole console, DemoResult result, string picture)
    {
        console.MarkupLineInterpolated(
            $"[bold]{result.Faces} faces in {result.Photographs} photographs, each also damaged in four ways[/]");
        console.WriteLine();
        console.MarkupLine("Does sigma grow with the damage?");
        var damage = new Table().Border(TableBorder.Rounded).AddColumns("faces", "sigma (median)", "against as it is", "grew for");
        foreach (var row in result.Damage)
            damage.AddRow(DemoFace.NameOf(row.Damage), $"{row.MedianSigma:0.0000}", row.Damage is null ? "" : $"x {row.Growth:0.00}",
                row.Damage is null ? "" : $"{row.Grown:0 %} of the faces");
        console.Write(damage);
        console.WriteLine();
        console.MarkupLine("Which score keeps people apart?");
        console.MarkupLineInterpolated($"{result.Genuine} pairs of one person, {result.Impostor} of two (faces of one photograph).");
        var scores = new Table().Border(TableBorder.Rounded)
            .AddColumns("score", "TAR at FAR 1 %", "a stranger scores higher", "pairs below the best stranger");
        foreach (var row in result.Separation)
            scores.AddRow(row.Score, $"{row.TarAtFar1:0.0 %}", $"{row.Overlap:0.00 %} of the time", $"{row.MixedUp} of {result.Genuine}");
        console.Write(scores);
        console.WriteLine();
        console.MarkupLineInterpolated($"The faces, sorted by uncertainty: [bold]{picture}[/]");
    }
}
