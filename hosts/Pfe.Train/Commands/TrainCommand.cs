using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;
using Pfe.Cli;
using Pfe.Interop.TensorFlow;
using Pfe.Training;
using Pfe.Training.Configuration;
using Pfe.Training.Configuration.Reference;
using Pfe.Training.Runs;
using Pfe.Vision.Models;
using Spectre.Console;

namespace Pfe.Train.Commands;

internal static class TrainCommand
{
    private static readonly Argument<string?> Config =
        new("config")
        {
            Description = "The configuration, a JSON file (docs/training.md) or the reference's Python file.",
            Arity = ArgumentArity.ZeroOrOne
        };
    private static readonly Option<string?> Resume = new("--resume") { Description = "Go on with an interrupted run, given its folder." };
    private static readonly Option<string?> Data =
        new("--data") { Description = "Training images, instead of the configuration's train_dataset_path." };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("train", "Train the uncertainty head on a frozen base network. Example: pfe train configs/default.json " +
            "--data ~/faces") { Config, Resume, Data, ModelOptions.Device };
        return command.Does(terminal, (parsed, cancellation) =>
        {
            var (config, resume) = (parsed.GetValue(Config), parsed.GetValue(Resume));
            if (config is null == resume is null)
                throw new UsageException("give a configuration, or --resume with a run's folder; for example: pfe train " +
                "configs/default.json");
            var store = new ModelStore();
            var (progress, network) = (new Reporter(terminal), parsed.Network(terminal.Progress()));
            TrainingResult result;
            if (resume is not null)
            {
                result = TrainingRun.Resume(resume, store, progress, network, cancellation);
            }
            else
            {
                var wanted = config!.EndsWith(".py", StringComparison.OrdinalIgnoreCase)
                    ? Converted(config, terminal, cancellation) : TrainingConfigFile.Load(config);
                if (parsed.GetValue(Data) is { } data) wanted.TrainDatasetPath = data;
                result = TrainingRun.Start(wanted, store, DateTimeOffset.UtcNow, progress, network, cancellation);
            }
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(TrainResult.Of(result), TrainJson.Default.TrainResult);
            else Print(terminal, result);
        });
    }

    /// <summary>The reference's Python configuration, and its base imported where the checkpoint lies beside.</summary>
    private static TrainingConfig Converted(string path, Terminal terminal, CancellationToken cancellation)
    {
        var converted = ReferenceConfig.Load(path);
        foreach (var key in converted.UnknownKeys) terminal.Say($"unknown key, left out: {key}");
        foreach (var note in converted.Notes) terminal.Say($"note: {note}");
        var (config, checkpoint) = (converted.Config, Path.ChangeExtension(converted.Config.EmbeddingNetwork, null));
        if (!File.Exists(config.EmbeddingNetwork) && Directory.Exists(checkpoint))
        {
            using var opened = TensorFlowCheckpoint.Open(checkpoint);
            opened.Verify();
            var imported = SphereNetImport.Read(opened, cancellation: cancellation);
            imported.Base.Save(config.EmbeddingNetwork);
            imported.Description.Save(Path.ChangeExtension(config.EmbeddingNetwork, ".json"));
            terminal.Say($"imported {checkpoint} as {config.EmbeddingNetwork}");
        }
        return config;
    }

    private static void Print(Terminal terminal, TrainingResult result)
    {
        terminal.Results.WriteLine($"model  {result.Folder.Model}");
        terminal.Results.WriteLine($"head   {result.Folder.Head}");
        terminal.Results.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.Steps} steps in {result.TrainingSeconds:0} s, features in {result.CacheSeconds:0} s ({result.BasePasses} " +
                $"base-network passes); loss {result.Loss:0.#}, sigma spread {result.SigmaSpread:0.###}"));
        if (result.HeldOut.Count > 0) terminal.Results.Write(Table(result.HeldOut));
    }

    private static Table Table(IEnumerable<HeldOutRow> rows)
    {
        var table = new Table().Border(TableBorder.Simple).Title("held-out classes: TAR % at FAR").AddColumns("pairs", "score");
        foreach (var far in new[] { "1e-2", "1e-3", "1e-4" }) table.AddColumn(new TableColumn(far).RightAligned());
        foreach (var row in rows) table.AddRow(row.Pairs, row.Score, $"{row.Tar2:0.00}", $"{row.Tar3:0.00}", $"{row.Tar4:0.00}");
        return table;
    }

    /// <summary>Says what happens on standard error; the feature cache at most every few seconds.</summary>
    private sealed class Reporter(Terminal terminal) : IProgress<TrainingEvent>
    {
        private readonly Stopwatch _quiet = new();

        public void Report(TrainingEvent value)
        {
            switch (value)
            {
                case TrainingEvent.Note note:
                    terminal.Say(note.Text);
                    break;
                case TrainingEvent.Caching(var step) when step.Done == step.Total || !_quiet.IsRunning || _quiet.Elapsed.TotalSeconds > 5:
                    _quiet.Restart();
                    terminal.Say($"features {step.Done}/{step.Total} images  {step.PerSecond:0} passes/s  {Time(step.Left)} left");
                    break;
                case TrainingEvent.Stepped(var at, var steps, var left):
                    terminal.Say($"step {at.Step}/{steps}  loss {at.Loss:0.0}  sigma spread {at.SigmaSpread:0.000}  mean log sigma^2 " +
                        $"{at.MeanLogVariance:0.00}  rate {at.LearningRate:0.######}  {at.ImagesPerSecond:0} images/s  {Time(left)} left");
                    break;
                case TrainingEvent.Measured measured:
                    terminal.Messages.Write(Table(measured.Rows));
                    break;
            }
        }

        private static string Time(TimeSpan span) => span.TotalHours >= 1 ? $"{(int)span.TotalHours}:{span:mm\\:ss}" : $"{span:mm\\:ss}";
    }
}

/// <summary>What <c>pfe train --json</c> prints.</summary>
/// <param name="RunFolder">The run's folder.</param>
/// <param name="Model">Base and head in one ONNX file.</param>
/// <param name="Head">The head alone.</param>
/// <param name="Steps">Steps done.</param>
/// <param name="Loss">The last step's loss; below zero is normal.</param>
/// <param name="SigmaSpread">How much ln sigma^2 differs between faces: what the head has learnt.</param>
/// <param name="Recoveries">How often the run went back after a divergence.</param>
/// <param name="BasePasses">Base-network passes for the feature cache.</param>
/// <param name="CacheSeconds">Time they took.</param>
/// <param name="TrainingSeconds">Time of the steps and the held-out tables.</param>
/// <param name="HeldOut">The last held-out table.</param>
internal sealed record TrainResult(
    string RunFolder, string Model, string Head, int Steps, double Loss, double SigmaSpread, int Recoveries, long BasePasses,
    double CacheSeconds, double TrainingSeconds, IReadOnlyList<TrainHeldOutRow> HeldOut)
{
    public static TrainResult Of(TrainingResult result) =>
        new(result.Folder.Path, result.Folder.Model, result.Folder.Head, result.Steps, result.Loss, result.SigmaSpread, result.Recoveries,
        result.BasePasses, result.CacheSeconds, result.TrainingSeconds,
            [.. result.HeldOut.Select(row => new TrainHeldOutRow(row.Pairs, row.Score, row.Tar2, row.Tar3, row.Tar4))]);
}

/// <summary>One line of the held-out table: TAR in percent.</summary>
/// <param name="Pairs">clean, damaged, mixed or templates.</param>
/// <param name="Score">cosine, mls or shared-variance mls.</param>
/// <param name="Tar2">TAR at FAR 1e-2, percent.</param>
/// <param name="Tar3">TAR at FAR 1e-3, percent.</param>
/// <param name="Tar4">TAR at FAR 1e-4, percent.</param>
internal sealed record TrainHeldOutRow(
    string Pairs, string Score,
    [property: JsonPropertyName("tar_at_far_1e-2")] double Tar2,
    [property: JsonPropertyName("tar_at_far_1e-3")] double Tar3,
    [property: JsonPropertyName("tar_at_far_1e-4")] double Tar4);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrainResult))]
internal sealed partial class TrainJson : JsonSerializerContext;
