using Pfe.Scoring;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Cli.Measuring;

/// <summary>Scores of D = 512 on one thread, every way of computing them in one interleaved run.</summary>
internal static unsafe class KernelMeasurement
{
    public const int Dimension = 512;
    private const int Faces = 4096;
    private const int Probes = 64;

    public static IReadOnlyList<KernelSpeed> Run(int rounds, CancellationToken cancellation)
    {
        using var faces = SimulatedFaces.Create(0, Faces, Dimension);
        using var probes = SimulatedFaces.Create(0, Probes, Dimension, shot: 1);
        using var full = ScoreGallery.Create(faces, cancellation: cancellation);
        using var shared = ScoreGallery.Create(faces, ScoreKind.SharedVariance, cancellation: cancellation);
        using var pairs = new PairScorer(probes, faces, ScoreKind.MutualLikelihood, cancellation);
        using var dots = new DotGallery(faces, ScoreKind.SharedVariance, 0, cancellation);
        using var panels = dots.Prepare(probes, 0, Probes);
        using var memory = new MutualLikelihoodGallery(faces, 0, cancellation);
        using var rows = new ProbeRows(probes, 0, Probes, memory.Blocks);
        var scores = new float[Probes * Faces];
        var (first, second) = (new int[Faces], Enumerable.Range(0, Faces).ToArray());

        // So many that everything is compiled for good before it counts.
        var timer = new InterleavedTimer(rounds, cancellation, warmUp: 40);
        var entries = new List<(string Name, int Contestant, double Pairs, int? Limit)>();
        int Add(string name, double count, Action work, int? limit = null)
        {
            var contestant = timer.Add(work);
            entries.Add((name, contestant, count, limit));
            return contestant;
        }

        var reference = Add("the reference's algorithm (C#)", 64, () => Naive(probes, faces, scores, Baselines.Reference));
        Add("TensorPrimitives chain", 64, () =>
        {
            var (a, b) = (new float[Dimension], new float[Dimension]);
            Naive(probes, faces, scores, (m1, v1, m2, v2) => Baselines.TensorChain(m1, v1, m2, v2, a, b));
        });
        var registers = Add("register-only loop, same instructions", Faces * 8.0, () =>
            scores[0] = Baselines.RegisterLoop(Faces / 16 * 8 * Dimension / 2));
        var peak = Add("register-only multiply-adds", Faces * 32.0, () => scores[0] = Baselines.FmaLoop(Faces * 32 / 128 * Dimension));
        Add("matrix, full score", Probes * Faces, () => full.Score(probes, 0, Probes, scores, threads: 1, cancellation), registers);
        Add("listed pairs, full score", Faces, () =>
            pairs.Score(first, second, scores.AsMemory(0, Faces), threads: 1, cancellation), registers);
        Add("matrix, shared variance", Probes * Faces, () => shared.Score(probes, 0, Probes, scores, threads: 1, cancellation), peak);
        Add("kernel, shared variance", Probes * Faces, () =>
            panels.Scan(0, dots.BlockCount, NullScoreHandler.Instance, cancellation), peak);
        var registers256 = Add("register-only loop, 256 bits", Faces * 8.0, () =>
            scores[0] = Baselines.RegisterLoop256(Faces / 16 * 8 * Dimension / 2));
        foreach (var path in SimdPath.Available)
        {
            var kernels = SimdPath.Choose(path);
            int? limit = path switch { "512" => registers, "256" => registers256, _ => null };
            Add($"kernel, path {path}", Probes * Faces, () => Kernel(kernels, memory.Blocks, rows), limit);
        }
        timer.Run();
        double Speed(int contestant) => entries[contestant].Pairs / timer.Median(contestant) / 1e6;
        return [.. entries.Select(entry => new KernelSpeed(
            entry.Name, Speed(entry.Contestant), Speed(entry.Contestant) / Speed(reference), entry.Limit is { } limit
                ? Speed(entry.Contestant) / Speed(limit) : null))];
    }

    private delegate float PairScore(
        ReadOnlySpan<float> mu1, ReadOnlySpan<float> variance1, ReadOnlySpan<float> mu2, ReadOnlySpan<float> variance2);

    // 1 x 64 pairs; the variances are laid out once, so that no exponential is timed.
    private static void Naive(EmbeddingSet probes, EmbeddingSet faces, float[] scores, PairScore score)
    {
        Span<float> variance1 = stackalloc float[Dimension], variance2 = stackalloc float[Dimension];
        probes.CopyVariance(0, variance1);
        faces.CopyVariance(0, variance2);
        for (var i = 0; i < 64; i++) scores[i] = score(probes.Mu(0), variance1, faces.Mu(i), variance2);
    }

    private static void Kernel(IKernels kernels, FaceBlocks blocks, ProbeRows rows) =>
        new BlockScan(blocks, rows, NullScoreHandler.Instance, kernels).Run(0, blocks.BlockCount, CancellationToken.None);
}
