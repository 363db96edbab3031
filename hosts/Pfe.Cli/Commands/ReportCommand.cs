using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Onnx;
using Pfe.Reporting.Data;
using Pfe.Reporting.Drawing;
using Pfe.Reporting.Report;
using Pfe.Vision;
using Pfe.Vision.Embedding;
using Pfe.Vision.Faces;
using Pfe.Vision.Models;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe report --json</c> writes.</summary>
/// <param name="Page">The page.</param>
/// <param name="Warnings">What spoils the numbers, in sentences; empty for a sound model.</param>
/// <param name="Model">What the model's file says of itself; empty without a model.</param>
/// <param name="Summary">The numbers at its head.</param>
/// <param name="Figures">The figures' names; each has an SVG, a PNG and a CSV file in the folder figures.</param>
internal sealed record ReportResult(
    string Page, IReadOnlyList<string> Warnings, IReadOnlyDictionary<string, string> Model, IReadOnlyDictionary<string, string> Summary,
        IReadOnlyList<string> Figures);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ReportResult))]
internal sealed partial class ReportJson : JsonSerializerContext;

/// <summary>pfe report: embeddings, a folder of photographs, or a model in; one page out.</summary>
internal static class ReportCommand
{
    private static readonly Argument<string[]> Inputs = new("inputs")
    {
        Description =
            "Embeddings of 'pfe embed' with paths like person/image.jpg, further ones are laid beside the first; or a folder of " +
            "photographs; or a model (.onnx), shown on the registry's sample photographs. Without any: the model of --model, or the " +
            "default model.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string> Output =
        new("--output", "-o") { Description = "The folder to write.", DefaultValueFactory = _ => "report" };
    private static readonly Option<string?> Images =
        new("--images") { Description = "Folder that the embeddings' paths are relative to; without it no faces are shown." };
    private static readonly Option<bool> NoFaces =
        new("--no-faces")
        {
            Description = "Leave pictures of faces and paths, which often name people, out, so that the report can be " +
        "shared; images are called by their rows."
        };
    private static readonly Option<string?> Groups =
        new("--groups") { Description = "A CSV file with the columns path and group: error rates by group." };
    private static readonly Option<string[]> Quality =
        new("--quality")
        {
            Description = "CSV files with the columns path and quality (of OFIQ, for example) to compare sigma with.",
            AllowMultipleArgumentsPerToken = true
        };
    private static readonly Option<int> Resamples =
        new("--resamples")
        {
            Description = "Resamples of the bootstrap bands and intervals.",
            DefaultValueFactory = _ => new ReportOptions().Resamples
        };

    public static Command Create(Terminal terminal) =>
        new Command("report", "One self-contained page about a set of faces or a model. Example: pfe report lfw.safetensors " +
            "ytf.safetensors --images lfw/images")
        {
            Inputs, Output, Images, NoFaces, Groups, Quality, Resamples, CalibrationOptions.File, ModelOptions.Model, ModelOptions.Models,
            ModelOptions.Device,
        }.Does(terminal, (parsed, cancellation) =>
        {
            var (inputs, output, store, messages) =
                (parsed.GetRequiredValue(Inputs), parsed.GetRequiredValue(Output), parsed.Store(), terminal.Progress());
            if (File.Exists(output)) throw new UsageException($"'{output}' is a file; a report is a folder");
            var options = new ReportOptions { Faces = !parsed.GetValue(NoFaces), Resamples = parsed.GetValue(Resamples) };
            if (options.Resamples < 2) throw new UsageException($"--resamples is at least 2, not {options.Resamples}");
            if (!options.Faces) RefuseEarlierNames(output);
            // Embeddings carry every image's path. In a report to be shared they have no place.
            var aside = options.Faces ? null : Directory.CreateTempSubdirectory("pfe-report-");
            FaceReport report;
            try
            {
                report = Model(inputs, parsed) is { } model
                    ? OfModel(model, parsed, store, options, messages, cancellation)
                    : OfFaces(inputs, aside?.FullName ?? output, parsed, store, options, terminal, cancellation);
            }
            finally { aside?.Delete(recursive: true); }
            using var fonts = new FigureFonts(store.Get("font", messages, cancellation), store.Get("font-bold", messages, cancellation));
            Show(terminal, parsed, report, report.Write(output, fonts, cancellation));
        });

    private static void RefuseEarlierNames(string output)
    {
        if (!Directory.Exists(output)) return;
        var named = Directory.EnumerateFiles(output).FirstOrDefault(path => path.Contains(".safetensors", StringComparison.Ordinal));
        if (named is not null)
            throw new UsageException($"'{named}' of an earlier report has every image's path in it: remove it, or name another --output");
    }

    /// <summary>The model to report on, or null where there are faces.</summary>
    private static string? Model(string[] inputs, ParseResult parsed)
    {
        var named = inputs.FirstOrDefault(input => Path.GetExtension(input).Equals(".onnx", StringComparison.OrdinalIgnoreCase));
        if (named is null && inputs.Length > 0) return null;
        if (inputs.Length > 1) throw new UsageException($"'{named}' is a model and is reported on alone; to report on embeddings, give " +
            "it with --model");
        if (named is not null && parsed.GetValue(ModelOptions.Model) is not null)
            throw new UsageException("give the model once: as the input, or with --model");
        if (parsed.GetValue(Images) is not null || parsed.GetValue(Groups) is not null || parsed.GetValue(Quality) is { Length: > 0 })
            throw new UsageException("a model is reported on with the registry's sample photographs; for your own, 'pfe report " +
                "photographs --model pfe.onnx'");
        return named ?? "";
    }

    private static FaceReport OfModel(
        string named, ParseResult parsed, ModelStore store, ReportOptions options, IProgress<string> messages,
        CancellationToken cancellation)
    {
        using var embedder = named.Length > 0
            ? new FaceEmbedder(store.OpenModel(named, messages, cancellation))
            : parsed.Embedder(store, messages, cancellation);
        using var detector = parsed.Detector(store, messages, cancellation);
        var samples = store.Samples(messages, cancellation);
        return FaceReport.Of(
            ModelReport.Measure($"{samples.Count} sample photographs", samples, embedder, detector, messages, cancellation),
            options, messages, cancellation);
    }

    private static FaceReport OfFaces(
        string[] inputs, string embeddings, ParseResult parsed, ModelStore store, ReportOptions options, Terminal terminal,
        CancellationToken cancellation)
    {
        var messages = terminal.Progress();
        var folder = Directory.Exists(inputs[0]) ? inputs[0] : null;
        var images = parsed.GetValue(Images) ?? folder;
        if (images is not null && !Directory.Exists(images)) throw new UsageException($"there is no folder '{images}'");
        using var detector = images is null ? null : parsed.Detector(store, messages, cancellation);
        using var chosen = folder is not null || parsed.GetValue(ModelOptions.Model) is not null
            ? parsed.Embedder(store, messages, cancellation) : null;
        if (folder is not null) inputs = [Embed(folder, embeddings, chosen!, detector!, terminal, cancellation), .. inputs[1..]];
        using var sets = ReportInputs.Load(inputs);
        using var own = chosen is null && images is not null ? DefaultModelOf(sets.Faces, store, messages, cancellation) : null;
        var data = sets.Measure(new()
        {
            Images = images,
            Groups = parsed.GetValue(Groups),
            Qualities = parsed.GetValue(Quality) ?? [],
            Calibration = parsed.Calibration(sets.Faces, terminal, cancellation),
            Embedder = chosen ?? own,
            Detector = detector,
        }, messages, cancellation);
        return FaceReport.Of(data, options, messages, cancellation);
    }

    // Damage is studied with the model that the embeddings come from; where that is the default one, it need not be named.
    private static FaceEmbedder? DefaultModelOf(
        EmbeddingSet faces, ModelStore store, IProgress<string> messages, CancellationToken cancellation)
    {
        var embedder = new FaceEmbedder(DefaultModel.Load(store, messages, cancellation));
        if (faces.Metadata.GetValueOrDefault(EmbeddingSet.ModelKey) == embedder.Sha256) return embedder;
        embedder.Dispose();
        messages.Report("note: the embeddings are not the default model's; with --model their model, damage is studied as well");
        return null;
    }

    private static string Embed(
        string folder, string output, FaceEmbedder embedder, FaceDetector detector, Terminal terminal, CancellationToken cancellation)
    {
        // The file's name is what the report calls the set.
        var file = Path.Combine(output, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) + ".safetensors");
        terminal.SayFailures(EmbeddingRun.Run(
            FaceSource.InFolder(folder), embedder, detector, file, null, terminal.ImageProgress("embedded"), cancellation).Failures);
        return file;
    }

    private static void Show(Terminal terminal, ParseResult parsed, FaceReport report, string page)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            terminal.WriteJson(new(page, report.Warnings, Lines(report.Model), Lines(report.Summary),
                [.. report.Figures.Select(figure => figure.Id)]), ReportJson.Default.ReportResult);
            return;
        }
        foreach (var warning in report.Warnings) terminal.Output.WriteLine($"warning: {warning}");
        foreach (var (name, value) in report.Model.Concat(report.Summary)) terminal.Output.WriteLine($"{name}: {value}");
        terminal.Output.WriteLine($"page: {page}");
    }

    private static Dictionary<string, string> Lines(IReadOnlyList<(string Name, string Value)> lines) =>
        lines.ToDictionary(line => line.Name, line => line.Value);
}
