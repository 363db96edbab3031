using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Calibration;
using Pfe.Vision.Verification;
using Spectre.Console;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe compare --json</c> writes.</summary>
/// <param name="First">The first photograph's face.</param>
/// <param name="Second">The second photograph's face.</param>
/// <param name="Cosine">Cosine of the two means, -1 to 1.</param>
/// <param name="Mls">Mutual likelihood score; no fixed range.</param>
/// <param name="Verdict">The answer with its probability and error rates; null where the model has no calibration.</param>
internal sealed record CompareResult(ComparedPhotograph First, ComparedPhotograph Second, float Cosine, float Mls, Verdict? Verdict);

/// <summary>One photograph of a comparison: the face's box in pixels, its uncertainty (mean ln sigma^2) and quality 0 to 100.</summary>
/// <param name="Path">The photograph.</param>
/// <param name="Box">Left, top, right, bottom of the face in pixels; null with --aligned.</param>
/// <param name="DetectionScore">The detector's confidence, 0 to 1; null with --aligned.</param>
/// <param name="Rotation">Degrees the photograph was turned clockwise to find it: 0, 90, 180 or 270; null with --aligned.</param>
/// <param name="Uncertainty">Mean ln sigma^2; larger is less certain.</param>
/// <param name="Quality">0 to 100: more certain than that percentage of the calibration's faces.</param>
/// <param name="Reliability">0 to 1: how far the comparison can rely on the face; null where the model has no trust head.</param>
/// <param name="Collision">How near strangers come for a damage they share, in units of cosine.</param>
internal sealed record ComparedPhotograph(
    string Path, double[]? Box, double? DetectionScore, int? Rotation, double Uncertainty, double? Quality, float? Reliability,
        float? Collision);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(CompareResult))]
internal sealed partial class CompareJson : JsonSerializerContext;

/// <summary>pfe compare: are these two photographs one person?</summary>
internal static class CompareCommand
{
    public static Command Create(Terminal terminal)
    {
        var first = new Argument<string>("first") { Description = "A photograph." };
        var second = new Argument<string>("second") { Description = "Another photograph." };
        var rate = new Option<double?>("--fmr")
        {
            Description = "False-match rate of the answer 'same', one that the model's calibration " +
            "has (default: 0.001)."
        };
        var main = new Option<bool>("--main-face")
        {
            Description = "Take the main face where a photograph shows several, instead of " +
            "refusing it."
        };
        var aligned = new Option<bool>("--aligned") { Description = "The photographs are aligned faces already; nothing is detected." };
        return new Command("compare", "Are these two photographs one person? Example: pfe compare a.jpg b.jpg")
        {
            first, second, rate, main, aligned, ModelOptions.Models, ModelOptions.Device, ModelOptions.Model, ModelOptions.Flip,
        }.Does(terminal, (parsed, cancellation) =>
        {
            using var verifier = parsed.Verifier(terminal.Progress(), cancellation);
            var options = new CompareOptions
            {
                Choice = parsed.GetValue(main) ? FaceChoice.Main : FaceChoice.Only, Aligned = parsed.GetValue(aligned),
                FalseMatchRate = parsed.GetValue(rate),
            };
            var result = verifier.Compare(parsed.GetRequiredValue(first), parsed.GetRequiredValue(second), options, cancellation);
            if (parsed.GetValue(CommonOptions.Json))
                terminal.WriteJson(new CompareResult(
                    Photograph(result.First), Photograph(result.Second), result.Cosine, result.MutualLikelihood, result.Verdict),
                    CompareJson.Default.CompareResult);
            else Print(terminal.Results, result);
        });
    }

    private static ComparedPhotograph Photograph(ComparedFace face) => new(face.Path,
        face.Detection?.Box is { } box ? [box.Left, box.Top, box.Right, box.Bottom] : null, face.Detection?.Score, face.Detection?.Rotation,
        face.Uncertainty, face.Quality, face.Trust?.Reliability, face.Trust?.Collision);

    private static void Print(IAnsiConsole console, FaceComparison result)
    {
        var faces = new Grid().AddColumns(3);
        foreach (var face in new[] { result.First, result.Second })
            faces.AddRow(new Text(Path.GetFileName(face.Path)), new Markup(Bar(face.Quality)), new Text(Words(face)));
        console.Write(faces);
        console.WriteLine();
        console.MarkupLineInterpolated($"cosine  {result.Cosine:0.000}");
        console.MarkupLineInterpolated($"MLS     {result.MutualLikelihood:0.0}   (no fixed range; the probability below is what to read)");
        console.WriteLine();
        if (result.Verdict is not { } verdict)
        {
            console.MarkupLine("[yellow]no verdict[/]: this model has no calibration; fit one with 'pfe calibrate'");
            return;
        }
        var (colour, answer) = verdict.Answer switch
        {
            Answer.Same => ("green", "same person"),
            Answer.Different => ("red", "different people"),
            _ => ("yellow", "cannot tell"),
        };
        console.MarkupLine($"[bold {colour}]{answer}[/]   P(same person) {Percent(verdict.Probability)}");
        console.WriteLine(verdict.Reason);
        console.WriteLine($"'same' is wrong for {Share(verdict.FalseMatchRate)} pairs of different people, 'different' for " +
            $"{Share(verdict.FalseNonMatchRate)} pairs of one person (on the calibration's photographs)");
    }

    private static string Bar(double? quality)
    {
        const int Cells = 20;
        if (quality is not { } q) return "";
        var full = (int)Math.Round(q / 100 * Cells);
        var colour = q >= 50 ? "green" : q >= 15 ? "yellow" : "red";
        return $"[{colour}]{new string('█', full)}[/][grey]{new string('░', Cells - full)}[/]";
    }

    private static string Words(ComparedFace face) => face.Quality is { } q
        ? $"quality {q:0} of 100: " + q switch
        {
            >= 75 => "very certain",
            >= 40 => "certain",
            >= 15 => "less certain than most",
            >= QualityScale.Poor => "uncertain",
            _ => "too uncertain to rely on",
        }
        : $"mean ln sigma^2 {face.Uncertainty:0.00}";

    // A probability of 100.0 % would be a claim that no calibration on some thousand pairs supports.
    private static string Percent(double probability) =>
        probability switch { > 0.999 => "> 99.9 %", < 0.001 => "< 0.1 %", _ => $"= {probability:0.0 %}" };

    private static string Share(double rate) => $"1 in {Math.Round(1 / rate):#,0}";
}
