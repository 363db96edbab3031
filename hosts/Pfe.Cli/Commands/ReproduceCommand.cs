using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Evaluation.Ijb;
using Pfe.Interop.TensorFlow;
using Pfe.Onnx;
using Pfe.Reporting.Reproduction;
using Pfe.Storage;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Models;

namespace Pfe.Cli.Commands;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ResultsTable))]
internal sealed partial class ReproduceJson : JsonSerializerContext;

/// <summary>pfe reproduce: the results table of the reference's README.</summary>
internal static class ReproduceCommand
{
    private static readonly Option<string[]> Models = new("--model")
    {
        Description = "PFE models: ONNX files, folders of TensorFlow checkpoints, or 'default'. Each gives two rows.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["default"],
    };

    private static readonly Option<string[]> Bases = new("--base")
    {
        Description =
            "The base networks of the models, in their order, for the baseline; without them it is measured on the models' own mu, " +
            "which is the base's embedding.", AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string[]> Names = new("--name")
    {
        Description = "What the table calls the models, in their order.",
        AllowMultipleArgumentsPerToken = true
    };
    private static readonly Option<string> Lfw = new("--lfw") { Description = "LFW's images.", Required = true };
    private static readonly Option<string> LfwPairs = new("--lfw-pairs") { Description = "LFW's pairs.txt.", Required = true };
    private static readonly Option<string?> LfwLandmarks = new("--lfw-landmarks")
    {
        Description = "Landmark list of LFW's images; without it faces are detected."
    };
    private static readonly Option<string?> Templates =
        new("--templates") { Description = "Images of the benchmark of templates: IJB-A, IJB-C, or clips." };
    private static readonly Option<string?> TemplateLandmarks = new("--template-landmarks")
    {
        Description = "Their landmark list; without it faces are detected."
    };
    private static readonly Option<string?> Ijba = new("--ijba") { Description = "Folder of IJB-A's splits (IJB-A_11_sets)." };
    private static readonly Option<string?> CropMetadata =
        new("--crop") { Description = "IJB-A's metadata.csv: --templates is IJB-A's own folder, and the faces are cut out first." };
    private static readonly Option<string?> Ijbc = new("--ijbc") { Description = "Folder of IJB-C's protocol files." };
    private static readonly Option<string[]> Lists = new("--lists")
    {
        Description = "Template lists in IJB-C's form, with --matches.",
        AllowMultipleArgumentsPerToken = true
    };
    private static readonly Option<string?> Matches = new("--matches") { Description = "The file of template pairs, 'id,id' a line." };
    private static readonly Option<bool> Aligned = new("--aligned") { Description = "All images are aligned faces already." };
    private static readonly Option<string> Work =
        new("--work")
        {
            Description = "Folder of crops and embeddings, from which a later run goes on.",
            DefaultValueFactory = _ => "reproduction"
        };
    private static readonly Option<string?> Markdown = new("--markdown") { Description = "Also write the table as Markdown to this file." };

    public static Command Create(Terminal terminal)
    {
        var options = new EvalOptions();
        return new Command("reproduce",
            "Make the results table of the reference's README: LFW accuracy and TAR at FAR 0.1 % on templates, without and with " +
            "uncertainty. Example: pfe reproduce --model PFE_sphere64_casia_am --base sphere64_casia_am --lfw lfw --lfw-pairs pairs.txt " +
            "--lfw-landmarks ldmark_lfw_mtcnncaffe.txt --transpose-input")
        {
            Models, Bases, Names, Lfw, LfwPairs, LfwLandmarks, Templates, TemplateLandmarks, Ijba, CropMetadata, Ijbc, Lists, Matches,
                FaceOptions.TransposeInput,
            Aligned, Work, Markdown, FaceOptions.Workers, options.Resamples, options.Confidence, options.Seed,
            ModelOptions.Models, ModelOptions.Device, FaceOptions.MinimumFace,
        }.Does(terminal, (parsed, cancellation) =>
        {
            var store = parsed.Store();
            var work = parsed.GetRequiredValue(Work);
            var table = ReproductionRun.Run(new ReproductionOptions
            {
                Models = Wanted(parsed, store, work, terminal, cancellation),
                WorkFolder = work,
                Lfw = Images(parsed, parsed.GetRequiredValue(Lfw), parsed.GetValue(LfwLandmarks)),
                LfwPairs = parsed.GetRequiredValue(LfwPairs),
                Templates = Benchmark(parsed),
                Bootstrap = options.Bootstrap(parsed),
                Workers = parsed.GetValue(FaceOptions.Workers),
            }, () => parsed.Detector(store, terminal.Progress(), cancellation), new Steps(terminal), cancellation);
            if (parsed.GetValue(Markdown) is { } path) AtomicFile.WriteText(path, table.ToMarkdown());
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(table, ReproduceJson.Default.ResultsTable);
            else terminal.Output.Write(table.ToText());
        });
    }

    private static List<ReproducedModel> Wanted(ParseResult parsed, ModelStore store, string work, Terminal terminal,
        CancellationToken cancellation)
    {
        string[] models = parsed.GetValue(Models)!, bases = parsed.GetValue(Bases) ?? [], names = parsed.GetValue(Names) ?? [];
        if (bases.Length > 0 && bases.Length != models.Length) throw new UsageException(
            $"{bases.Length} --base for {models.Length} --model: give one each, in the same order");
        if (names.Length > 0 && names.Length != models.Length) throw new UsageException(
            $"{names.Length} --name for {models.Length} --model: give one each, in the same order");
        var messages = terminal.Progress();
        return [.. models.Select((reference, n) =>
        {
            var model = reference == "default"
                ? DefaultModel.Load(store, messages, cancellation) : store.OpenModel(reference, messages, cancellation);
            var name = names.Length > 0 ? names[n] : reference == "default" ? "default"
                : Path.GetFileNameWithoutExtension(reference.TrimEnd('/'));
            if (bases.Length == 0) return new ReproducedModel(name, model);
            var (network, description) = Base(bases[n], store, messages, cancellation);
            return new ReproducedModel(name, model, network, description);
        })];
    }

    private static (OnnxModel Network, NetworkDescription Description) Base(string reference, ModelStore store, IProgress<string> messages,
        CancellationToken cancellation)
    {
        if (!Directory.Exists(reference)) return store.LoadBase(reference, null, messages, cancellation);
        using var checkpoint = TensorFlowCheckpoint.Open(reference);
        checkpoint.Verify();
        var imported = SphereNetImport.Read(checkpoint, cancellation: cancellation);
        return (imported.Base, imported.Description);
    }

    private static TemplateBenchmark? Benchmark(ParseResult parsed)
    {
        var (ijba, ijbc, lists, matches) = (parsed.GetValue(Ijba), parsed.GetValue(Ijbc), parsed.GetValue(Lists) ?? [],
            parsed.GetValue(Matches));
        if (parsed.GetValue(Templates) is not { } folder)
            return ijba is null && ijbc is null && lists.Length == 0 ? null
                : throw new UsageException("--ijba, --ijbc and --lists need the images: --templates");
        var images = Images(parsed, folder, parsed.GetValue(TemplateLandmarks));
        return (ijba, ijbc, lists, matches) switch
        {
            ({ } splits, null, [], null) => new(images, splits, CropMetadata: parsed.GetValue(CropMetadata)),
            (null, { } protocol, [], null) => new(images, Lists: IjbCFiles.In(protocol)),
            (null, null, [_, ..], { } pairs) => new(images, Lists: new IjbCFiles($"1:1 in IJB-C's form ({Path.GetFileName(pairs)})", lists,
                pairs)),
            _ => throw new UsageException(
                "with --templates give one protocol: --ijba with the splits, --ijbc with the protocol files, or --lists and --matches"),
        };
    }

    private static BenchmarkImages Images(ParseResult parsed, string folder, string? landmarks)
    {
        var aligned = parsed.GetValue(Aligned);
        if (aligned && landmarks is not null) throw new UsageException("--aligned faces need no landmark list");
        return new(folder, landmarks, parsed.GetValue(FaceOptions.TransposeInput) ? LandmarkOrder.Transposed : LandmarkOrder.Interleaved,
            aligned);
    }

    /// <summary>One line a step, and within a step what the commands for images say.</summary>
    private sealed class Steps(Terminal terminal) : IProgress<ReproductionProgress>
    {
        private string? _step;
        private IProgress<ImageProgress>? _images;

        public void Report(ReproductionProgress value)
        {
            if (value.Step != _step)
            {
                (_step, _images) = (value.Step, terminal.ImageProgress($"{value.Step}: done"));
                if (value.Images is null) terminal.Say(value.Step);
            }
            if (value.Images is { } done) _images!.Report(done);
        }
    }
}
