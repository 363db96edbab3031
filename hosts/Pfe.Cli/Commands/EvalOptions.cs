using System.CommandLine;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Risk;
using Pfe.Fusion;
using Pfe.Vision;
using Pfe.Vision.Embedding;
using Pfe.Vision.Faces;

namespace Pfe.Cli.Commands;

/// <summary>Options that the protocols share: where the faces come from, and how intervals are made.</summary>
internal sealed class EvalOptions
{
    public Option<FileInfo?> Features { get; } =
        new("--features") { Description = "Embeddings of the protocol's images, from pfe embed (.safetensors)." };

    public Option<DirectoryInfo?> Images { get; } =
        new("--images")
        {
            Description = "The images' folder: embedded with --model when there is no --features; beside --features, lfw " +
        "tells missing images from faceless ones by it."
        };

    public Option<bool> Aligned { get; } = new("--aligned") { Description = "The images are aligned faces already; nothing is detected." };

    public Option<FileInfo?> Keep { get; } =
        new("--keep") { Description = "Keep the embeddings of --images in this file, for --features next time." };

    public Option<VarianceRule> VarianceRule { get; } =
        new("--variance-rule")
        {
            Description = "Variance of a template: the element-wise minimum, the product of independent " +
        "observations, or ProbFace's WeightedMean.", DefaultValueFactory = _ => Fusion.VarianceRule.Minimum
        };

    public Option<double> Temperature { get; } =
        new("--temperature")
        {
            Description = "ProbFace's temperature of the fusion weights, with --variance-rule WeightedMean.",
            DefaultValueFactory = _ => 1
        };

    public Option<PairRisk?> Risk { get; } =
        new("--risk")
        {
            Description = "Also the accuracy when 0, 10, 20 and 30 % of the pairs are dropped, those of the greatest sigma: the " +
        "Maximum or the Sum of the two faces'."
        };

    public Option<FileInfo?> Cohort { get; } =
        new("--cohort")
        {
            Description = "Embeddings of strangers of your own kind (.safetensors): scores are normalised by those most " +
        "like each face (AS-norm)."
        };

    public Option<int> Resamples { get; } =
        new("--resamples")
        {
            Description = "Bootstrap resamples behind the confidence intervals; 0 for no intervals.",
            DefaultValueFactory = _ => 500
        };

    public Option<double> Confidence { get; } =
        new("--confidence") { Description = "Confidence of the intervals.", DefaultValueFactory = _ => 0.95 };

    public Option<int> Seed { get; } = new("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => 1 };

    /// <summary>Adds the options that say where the faces come from.</summary>
    public Command AddFaces(Command command)
    {
        foreach (var option in (Option[])[
            Features, Images, FaceOptions.Landmarks, FaceOptions.TransposeInput, Aligned, Keep, CalibrationOptions.File, ModelOptions.Model,
            ModelOptions.Models, ModelOptions.Device, ModelOptions.Flip]) command.Add(option);
        return command;
    }

    /// <summary>The protocol's faces: read from a feature file, or embedded now.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="terminal">Where progress is told.</param>
    /// <param name="folder">The images' folder where the command has it as an argument; null for --images.</param>
    /// <param name="cancellation">Stops embedding; with --keep a later run goes on.</param>
    public EmbeddingSet Faces(ParseResult parsed, Terminal terminal, string? folder, CancellationToken cancellation)
    {
        if (parsed.GetValue(Features) is { } features) return EmbeddingSet.Load(features.ToString());
        folder ??= parsed.GetValue(Images)?.ToString()
            ?? throw new UsageException("give --features with a file of pfe embed, or --images with --model");
        if (parsed.GetValue(Keep) is { } keep)
        {
            Embed(parsed, terminal, folder, keep.ToString(), cancellation);
            return EmbeddingSet.Load(keep.ToString());
        }
        var scratch = Directory.CreateTempSubdirectory("pfe-eval-");
        try
        {
            var file = Path.Combine(scratch.FullName, "faces.safetensors");
            Embed(parsed, terminal, folder, file, cancellation);
            using var mapped = EmbeddingSet.Load(file);
            return mapped.ToMemory();
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    /// <summary>The cohort's faces; null where none is asked for.</summary>
    public EmbeddingSet? Strangers(ParseResult parsed) =>
        parsed.GetValue(Cohort) is { } file ? EmbeddingSet.Load(file.ToString()) : null;

    public BootstrapOptions? Bootstrap(ParseResult parsed) => parsed.GetValue(Resamples) == 0
        ? null
        : new BootstrapOptions
        {
            Resamples = parsed.GetValue(Resamples), Confidence = parsed.GetValue(Confidence),
            Seed = parsed.GetValue(Seed)
        };

    private void Embed(ParseResult parsed, Terminal terminal, string folder, string output, CancellationToken cancellation)
    {
        var (aligned, landmarks) = (parsed.GetValue(Aligned), parsed.GetValue(FaceOptions.Landmarks));
        var sources = landmarks is null
            ? FaceSource.InFolder(folder)
            : FaceSource.WithLandmarks(
                landmarks, parsed.GetValue(FaceOptions.TransposeInput) ? LandmarkOrder.Transposed : LandmarkOrder.Interleaved, folder);
        var (store, messages) = (parsed.Store(), terminal.Progress());
        using var embedder = parsed.Embedder(store, messages, cancellation);
        using var detector = aligned || landmarks is not null ? null : parsed.Detector(store, messages, cancellation);
        var run = EmbeddingRun.Run(
            sources, embedder, detector, output, new EmbeddingRunOptions { Aligned = aligned }, terminal.ImageProgress("embedded"),
            cancellation);
        terminal.SayFailures(run.Failures);
    }
}
