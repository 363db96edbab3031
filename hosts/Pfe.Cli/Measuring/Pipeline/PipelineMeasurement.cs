using System.Diagnostics;
using Pfe.Scoring;
using Pfe.Vision;
using Pfe.Vision.Embedding;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Cli.Measuring;

/// <summary>What one stage costs, on one thread.</summary>
/// <param name="Name">The stage.</param>
/// <param name="Milliseconds">CPU time an image: median over the rounds.</param>
/// <param name="Limit">What the time is compared with; null where nothing is known that a stage could not go below.</param>
/// <param name="ShareOfLimit">The limit's time over the stage's, of the same round: median over the rounds.</param>
public sealed record StageCost(string Name, double Milliseconds, string? Limit = null, double? ShareOfLimit = null);

/// <summary>How fast a way from images to embeddings is, all cores at work.</summary>
/// <param name="Name">The way.</param>
/// <param name="ImagesPerSecond">By the clock: median over the rounds.</param>
/// <param name="CpuMilliseconds">CPU time an image: median over the rounds; moves little when others share the machine.</param>
/// <param name="ShareOfNetwork">CPU time of the network alone, in the same round, over this: median over the rounds.</param>
public sealed record PipelineSpeed(string Name, double ImagesPerSecond, double CpuMilliseconds, double ShareOfNetwork);

/// <summary>From photograph to embedding on this machine.</summary>
/// <param name="Images">Images measured a round.</param>
/// <param name="Processors">Processors that .NET sees, and workers of each way.</param>
/// <param name="Device">Where the networks ran.</param>
/// <param name="Stages">Cost of each stage.</param>
/// <param name="Ways">Whole ways, and the network alone as their limit.</param>
/// <param name="Card">The same with the networks on the card, where <c>--device auto</c> finds one beside the processor; else
/// null.</param>
public sealed record PipelineReport(
    int Images, int Processors, string Device, IReadOnlyList<StageCost> Stages, IReadOnlyList<PipelineSpeed> Ways,
    PipelineReport? Card = null);

/// <summary>
/// Measures the way from photograph to embedding beside its limit, the network alone on inputs that are ready: each round does all of them
/// in
/// turn, and ratios are taken within a round.
/// </summary>
/// <param name="embedder">The model.</param>
/// <param name="detector">The detector.</param>
/// <param name="photographs">Photographs with a face each; those without are left out.</param>
internal sealed class PipelineMeasurement(FaceEmbedder embedder, FaceDetector detector, IReadOnlyList<FaceSource> photographs)
{
    private const int Batch = 4;
    private const int ScoredFaces = 1024;

    // A device's rounds end here at the latest: both devices together stay under two minutes.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(45);
    private static readonly int Workers = Environment.ProcessorCount;

    /// <summary>Runs the measurement.</summary>
    /// <param name="rounds">Rounds, of which the medians count; fewer where they would take longer than 45 seconds.</param>
    /// <param name="folder">An empty folder for aligned faces and outputs.</param>
    /// <param name="progress">What is being done.</param>
    /// <param name="cancellation">Stops the measurement.</param>
    public PipelineReport Run(int rounds, string folder, IProgress<string>? progress, CancellationToken cancellation)
    {
        progress?.Report("aligning");
        var (photos, inputs) = Prepare(cancellation);
        var options = new AlignmentRunOptions { Template = embedder.Template, DirectoryDepth = 3 };
        AlignmentRun.Run(photos, detector, Path.Combine(folder, "aligned"), options, cancellation: cancellation);
        var aligned = FaceSource.InFolder(Path.Combine(folder, "aligned"));
        var (stages, shares) = (new Dictionary<string, List<double>>(StringComparer.Ordinal),
            new Dictionary<string, List<double>>(StringComparer.Ordinal));
        var ways = new Dictionary<string, List<(double Rate, double Cpu, double Share)>>(StringComparer.Ordinal);
        var clock = Stopwatch.StartNew();
        for (var round = 0; round < rounds && (round == 0 || clock.Elapsed < Longest); round++)
        {
            progress?.Report($"round {round + 1} of {rounds}");
            var (rate, limit) = Timed(photos.Count, () => Network(inputs, photos.Count, Workers, cancellation));
            Add(ways, "network alone", (rate, limit, 1));
            Way("aligned faces", aligned, new EmbeddingRunOptions { Aligned = true });
            Way("photographs, faces detected", photos, new EmbeddingRunOptions());
            Stages(photos, inputs, stages, cancellation);
            Scores(photos.Count, stages, shares, cancellation);

            void Way(string name, IReadOnlyList<FaceSource> images, EmbeddingRunOptions how)
            {
                var (speed, cpu) = Timed(images.Count, () =>
                    EmbeddingRun.Run(images, embedder, detector, Path.Combine(folder, "e.safetensors"), how, cancellation: cancellation));
                Add(ways, name, (speed, cpu, limit / cpu));
            }
        }
        return new PipelineReport(photos.Count, Workers, embedder.Device.ToString(),
            [.. stages.Select(stage => shares.TryGetValue(stage.Key, out var share)
                ? new StageCost(stage.Key, Median(stage.Value), "its instructions on registers alone", Median(share))
                : new StageCost(stage.Key, Median(stage.Value)))],
            [.. ways.Select(way => new PipelineSpeed(way.Key, Median(way.Value.Select(round => round.Rate)),
                Median(way.Value.Select(round => round.Cpu)), Median(way.Value.Select(round => round.Share))))]);
    }

    private (List<FaceSource> Photos, Memory<float> Inputs) Prepare(CancellationToken cancellation)
    {
        var photos = new List<FaceSource>();
        var inputs = AlignedMemory.Of(photographs.Count * embedder.InputLength);
        foreach (var source in photographs)
        {
            ImageInput photo = source.Path;
            if (detector.DetectMain(photo, cancellation) is not { } face) continue;
            embedder.Prepare(photo.Open(), face.Landmarks, Input(inputs, photos.Count).Span);
            photos.Add(source);
        }
        return photos.Count >= Batch
            ? (photos, inputs) : throw new PfeException($"{photos.Count} photographs show a face; more are wanted");
    }

    private void Stages(
        List<FaceSource> photos, Memory<float> inputs, Dictionary<string, List<double>> stages, CancellationToken cancellation)
    {
        var images = new Pyramid[photos.Count];
        var faces = new DetectedFace?[photos.Count];
        var scratch = AlignedMemory.Of(embedder.InputLength);
        Stage("read and decode", i => images[i] = new Pyramid(Image.Load(photos[i].Path)));
        Stage("detect, landmarks in two looks", i => faces[i] = detector.DetectMain(ImageInput.FromPyramid(images[i]), cancellation));
        Stage("align into the network's input", i => embedder.Prepare(images[i], faces[i]!.Landmarks, scratch.Span));
        Add(stages, $"network, batches of {Batch}", Timed(photos.Count, () => Network(inputs, photos.Count, 1, cancellation)).Cpu);

        void Stage(string name, Action<int> work) => Add(stages, name, Timed(photos.Count, () =>
        {
            for (var i = 0; i < photos.Count; i++) work(i);
        }).Cpu);
    }

    // The last stage: an image against some faces, by the full score.
    private void Scores(int images, Dictionary<string, List<double>> stages, Dictionary<string, List<double>> shares,
        CancellationToken cancellation)
    {
        using var faces = SimulatedFaces.Create(0, ScoredFaces, embedder.Dimension);
        using var probes = SimulatedFaces.Create(0, images, embedder.Dimension, shot: 1);
        using var gallery = ScoreGallery.Create(faces, cancellation: cancellation);
        var (scores, name) = (new float[images * ScoredFaces], $"score against {ScoredFaces:N0} faces");
        var limit = Timed(images, () => scores[0] = Baselines.RegisterLoop(images * (ScoredFaces / 16) * (embedder.Dimension / 2))).Cpu;
        var cost = Timed(images, () => gallery.Score(probes, 0, images, scores, threads: 1, cancellation)).Cpu;
        Add(stages, name, cost);
        Add(shares, name, limit / cost);
    }

    /// <summary>The limit: nothing but runs of the network on inputs that lie ready.</summary>
    private void Network(Memory<float> inputs, int count, int workers, CancellationToken cancellation)
    {
        var batches = Enumerable.Range(0, count / Batch);
        Parallel.ForEach(batches, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellation },
            () => (Mu: AlignedMemory.Of(Batch * embedder.Dimension), LogVariance: AlignedMemory.Of(Batch * embedder.Dimension)),
            (batch, _, own) =>
            {
                var input = inputs.Slice(batch * Batch * embedder.InputLength, Batch * embedder.InputLength);
                embedder.Run(input, Batch, own.Mu, own.LogVariance, stackalloc float[Batch]);
                return own;
            }, _ => { });
    }

    private Memory<float> Input(Memory<float> inputs, int index) => inputs.Slice(index * embedder.InputLength, embedder.InputLength);

    /// <returns>Images a second by the clock, and milliseconds of CPU an image.</returns>
    private static (double Rate, double Cpu) Timed(int images, Action work)
    {
        var (cpu, clock) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        work();
        var (used, elapsed) = (Environment.CpuUsage.TotalTime - cpu, Stopwatch.GetElapsedTime(clock));
        return (images / elapsed.TotalSeconds, used.TotalMilliseconds / images);
    }

    private static void Add<T>(Dictionary<string, List<T>> all, string name, T value)
    {
        if (!all.TryGetValue(name, out var values)) all[name] = values = [];
        values.Add(value);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
