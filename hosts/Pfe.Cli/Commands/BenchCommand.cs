using System.CommandLine;
using System.Text.Json.Serialization;
using Pfe.Cli.Measuring;
using Pfe.Gpu.Cards;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Networks;
using Spectre.Console;

namespace Pfe.Cli.Commands;

internal static class BenchCommand
{
    private static readonly Option<int> Faces =
        new("--faces")
        {
            Description = "Faces in the simulated gallery; 0 for no search. Temporary files: about 7 KB a face.",
            DefaultValueFactory = _ => 200_000
        };
    private static readonly Option<int> Rounds =
        new("--rounds") { Description = "Rounds of which the median counts.", DefaultValueFactory = _ => 15 };
    private static readonly Option<string?> Embeddings =
        new("--embeddings")
        {
            Description = "Measure speed and recall of the search modes on these real faces instead: an embedding file."
        };
    private static readonly Option<string?> Images =
        new("--images") { Description = "Measure the way from photograph to embedding instead: a folder of photographs with a face each." };
    private static readonly Option<int> Count =
        new("--count")
        {
            Description = "Photographs of --images that are measured, spread over the folder.",
            DefaultValueFactory = _ => 200
        };
    private static readonly Option<string?> Temporary =
        new("--temp") { Description = "Folder for temporary files; the system's by default." };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("bench", "Measure scores and search on this machine beside their baselines, in about two minutes. " +
            "Example: pfe bench --json") { Faces, Rounds, Embeddings, Images, Count, Temporary, ModelOptions.Model,
            ModelOptions.Models, ModelOptions.Device };
        return command.Does(terminal, (parsed, cancellation) =>
        {
            var options = new SpeedOptions
            {
                Faces = parsed.GetValue(Faces), Rounds = parsed.GetValue(Rounds),
                TemporaryFolder = parsed.GetValue(Temporary)
            };
            if (options.Faces is not 0 and < 1000) throw new UsageException($"--faces is {options.Faces}; it must be 0 or at least 1000");
            if (options.Rounds < 1) throw new UsageException($"--rounds is {options.Rounds}; it must be at least 1");
            var (json, progress) = (parsed.GetValue(CommonOptions.Json), terminal.Progress());
            if (parsed.GetValue(Embeddings) is { } path)
            {
                using var faces = EmbeddingSet.Load(path);
                var rows = SpeedCheck.Search(faces, options, progress, cancellation);
                if (json) terminal.WriteJson(new BenchSearchResult(path, faces.Count, rows), BenchJson.Default.BenchSearchResult);
                else terminal.Results.Write(Table(rows, $"search among {faces.Count:N0} faces of {Markup.Escape(path)}, each against the " +
                    "others"));
                return;
            }
            if (parsed.GetValue(Images) is { } folder)
            {
                var pipeline = Pipeline(parsed, folder, options, terminal, cancellation);
                if (json) terminal.WriteJson(pipeline, BenchJson.Default.PipelineReport);
                else Print(terminal, pipeline);
                return;
            }
            var report = SpeedCheck.Run(options, progress, cancellation) with { Devices = CardMeasurement.Devices(CudaCards.Shared) };
            if (options.Faces > 0)
            {
                report = report with
                {
                    Search = [.. report.Search, .. SpeedCheck.InFolder(options, folder => CardMeasurement.Run(CudaCards.Shared,
                        options.Faces, KernelMeasurement.Dimension, options.Rounds, folder, cancellation))],
                };
            }
            if (json)
            {
                terminal.WriteJson(report, BenchJson.Default.SpeedReport);
                return;
            }
            terminal.Results.WriteLine($"devices: {report.Devices}");
            terminal.Results.Write(Table(report));
            if (report.Search.Count > 0)
                terminal.Results.Write(Table(report.Search, $"one probe against {report.GallerySize:N0} simulated faces, D = 512, " +
                $"{report.Processors} processors"));
        });
    }

    private static PipelineReport Pipeline(
        ParseResult parsed, string folder, SpeedOptions options, Terminal terminal, CancellationToken cancellation)
    {
        if (parsed.GetValue(Count) is < 8 and var few) throw new UsageException($"--count is {few}; it must be at least 8");
        var all = FaceSource.InFolder(folder);
        var wanted = Math.Min(all.Count, parsed.GetValue(Count));
        var photographs = Enumerable.Range(0, wanted).Select(i => all[(int)((long)i * all.Count / wanted)]).ToList();
        var report = OnDevice(parsed, parsed.Network(terminal.Progress()), photographs, options, terminal, cancellation);
        var processor = new NetworkOptions { Device = ComputeDevice.Cpu };
        // auto that found a card: both, one beside the other.
        return parsed.GetValue(ModelOptions.Device) == "auto" && report.Device != $"{ComputeDevice.Cpu}"
            ? OnDevice(parsed, processor, photographs, options, terminal, cancellation) with { Card = report } : report;
    }

    private static PipelineReport OnDevice(ParseResult parsed, NetworkOptions network, IReadOnlyList<FaceSource> photographs,
        SpeedOptions options, Terminal terminal, CancellationToken cancellation)
    {
        var (store, messages) = (parsed.Store(), terminal.Progress());
        using var embedder = new FaceEmbedder(parsed.LoadModel(store, messages, cancellation), network);
        using var detector = FaceDetector.Open(store, new FaceDetectorOptions { Network = network }, messages, cancellation);
        return SpeedCheck.InFolder(options, scratch =>
            new PipelineMeasurement(embedder, detector, photographs).Run(options.Rounds, scratch, messages, cancellation));
    }

    private static void Print(Terminal terminal, PipelineReport report)
    {
        var stages = new Table().Border(TableBorder.Simple).Title($"stages on one thread, {report.Images} images").AddColumn("stage")
            .AddColumn(new TableColumn("ms of CPU an image").RightAligned()).AddColumn("of the limit");
        foreach (var stage in report.Stages)
            stages.AddRow(Markup.Escape(stage.Name), $"{stage.Milliseconds:F2}",
                stage.ShareOfLimit is { } share ? $"{share:P0} of {stage.Limit}" : "");
        var ways = new Table().Border(TableBorder.Simple).Title($"{report.Processors} workers on {report.Device}").AddColumn("way");
        foreach (var name in new[] { "images / s", "ms of CPU an image", "% of the network alone" })
            ways.AddColumn(new TableColumn(name).RightAligned());
        foreach (var way in report.Ways)
            ways.AddRow(Markup.Escape(way.Name), $"{way.ImagesPerSecond:F0}", $"{way.CpuMilliseconds:F2}", $"{way.ShareOfNetwork:P0}");
        terminal.Results.Write(stages);
        terminal.Results.Write(ways);
        if (report.Card is { } card) Print(terminal, card);
    }

    private static Table Table(SpeedReport report)
    {
        var table = new Table().Border(TableBorder.Simple).Title($"scores of D = 512 on one thread, path {report.Simd}").AddColumn("what");
        foreach (var name in new[] { "million pairs / s", "times the reference", "% of the limit" })
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var row in report.Kernels)
            table.AddRow(Markup.Escape(row.Name), $"{row.MillionPairsPerSecond:F2}", $"{row.TimesReference:F1}",
            row.ShareOfLimit is { } share ? $"{share:P0}" : "");
        return table;
    }

    private static Table Table(IReadOnlyList<SearchSpeed> rows, string title)
    {
        var table = new Table().Border(TableBorder.Simple).Title(title).AddColumn("how");
        foreach (var name in new[] { "ms", "speed / plain read", "recall of the 10 best", "near ties" })
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var row in rows)
            table.AddRow(Markup.Escape(row.Name), $"{row.Milliseconds:F2}", $"{row.ShareOfPlainRead:F2}",
                row.Recall is { } recall ? $"{recall:F4}" : "", row.Recall is null ? "" : $"{row.NearTies}");
        return table;
    }
}

/// <summary>What <c>pfe bench --embeddings --json</c> prints.</summary>
/// <param name="Embeddings">The embedding file.</param>
/// <param name="Faces">Faces searched.</param>
/// <param name="Search">One entry a store and mode.</param>
internal sealed record BenchSearchResult(string Embeddings, int Faces, IReadOnlyList<SearchSpeed> Search);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(SpeedReport))]
[JsonSerializable(typeof(PipelineReport))]
[JsonSerializable(typeof(BenchSearchResult))]
internal sealed partial class BenchJson : JsonSerializerContext;
