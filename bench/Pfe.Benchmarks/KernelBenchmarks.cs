using BenchmarkDotNet.Attributes;
using Pfe.Cli.Measuring;
using Pfe.Scoring;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Benchmarks;

/// <summary>Every way to the full score of D = 512 on one thread. 64 probes, 4,096 faces.</summary>
public unsafe class KernelBenchmarks
{
    private const int Dimension = 512;
    private const int Probes = 64;
    private const int Faces = 4096;

    private readonly EmbeddingSet _faces = SimulatedFaces.Create(0, Faces, Dimension);
    private readonly EmbeddingSet _probes = SimulatedFaces.Create(0, Probes, Dimension, shot: 1);
    private readonly float[] _scores = new float[Probes * Faces];
    private readonly float[] _row = new float[Faces];
    private readonly int[] _second = [.. Enumerable.Range(0, Faces)];
    private readonly float[][] _mu = new float[Probes][];
    private readonly float[][] _variance = new float[Probes][];
    private readonly float[] _mus = new float[Faces * Dimension];
    private readonly float[] _variances = new float[Faces * Dimension];
    private ScoreGallery _full = null!;
    private ScoreGallery _shared = null!;
    private ScoreGallery _cosine = null!;
    private PairScorer _pairs = null!;
    private MutualLikelihoodGallery _gallery = null!;
    private IProbes _panels = null!;
    private ProbeRows _rows = null!;
    private CTwin? _demo;
    private CTwin? _twin;

    [GlobalSetup]
    public void Setup()
    {
        (_full, _shared) = (ScoreGallery.Create(_faces), ScoreGallery.Create(_faces, ScoreKind.SharedVariance));
        _cosine = ScoreGallery.Create(_faces, ScoreKind.Cosine);
        _pairs = new PairScorer(_probes, _faces, ScoreKind.MutualLikelihood);
        _gallery = new MutualLikelihoodGallery(_faces, 0, CancellationToken.None);
        _panels = new DotGallery(_faces, ScoreKind.SharedVariance, 0, CancellationToken.None).Prepare(_probes, 0, Probes);
        _rows = new ProbeRows(_probes, 0, Probes, _gallery.Blocks);
        for (var i = 0; i < Faces; i++)
        {
            _faces.Mu(i).CopyTo(_mus.AsSpan(i * Dimension));
            _faces.CopyVariance(i, _variances.AsSpan(i * Dimension, Dimension));
        }
        for (var i = 0; i < Probes; i++)
        {
            (_mu[i], _variance[i]) = (_probes.Mu(i).ToArray(), new float[Dimension]);
            _probes.CopyVariance(i, _variance[i]);
        }
        _demo = CTwin.Compile("pfe_demo", "-O3", "-march=native");
        _twin = CTwin.Compile("pfe_twin", "-O3", "-march=native", "-ffast-math");
    }

    [Benchmark(Baseline = true, Description = "the reference's algorithm, C", OperationsPerInvoke = Faces)]
    public float ReferenceInC() => Twin(_demo, 1);

    [Benchmark(Description = "the reference's algorithm, C#", OperationsPerInvoke = Faces)]
    public float ReferenceInCSharp() => Rows(Baselines.Reference);

    [Benchmark(Description = "C, vectors by gcc -O3 -march=native -ffast-math", OperationsPerInvoke = Probes * Faces)]
    public float FastC() => Twin(_twin, Probes);

    [Benchmark(Description = "TensorPrimitives chain", OperationsPerInvoke = Faces)]
    public float Tensors()
    {
        var (a, b) = (new float[Dimension], new float[Dimension]);
        return Rows((m1, v1, m2, v2) => Baselines.TensorChain(m1, v1, m2, v2, a, b));
    }

    [Benchmark(Description = "Pfe, path scalar", OperationsPerInvoke = Probes * Faces)]
    public float Scalar() => Kernel("scalar");

    [Benchmark(Description = "Pfe, path 128", OperationsPerInvoke = Probes * Faces)]
    public float Path128() => Kernel("128");

    [Benchmark(Description = "Pfe, path 256", OperationsPerInvoke = Probes * Faces)]
    public float Path256() => Kernel("256");

    [Benchmark(Description = "Pfe, path 512", OperationsPerInvoke = Probes * Faces)]
    public float Path512() => Kernel("512");

    [Benchmark(Description = "ScoreGallery.Score, widest path", OperationsPerInvoke = Probes * Faces)]
    public float Matrix()
    {
        _full.Score(_probes, 0, Probes, _scores, threads: 1);
        return _scores[0];
    }

    [Benchmark(Description = "registers alone, same instructions", OperationsPerInvoke = Probes * Faces)]
    public float Registers() => Baselines.RegisterLoop(Probes * Faces / 16 * Dimension / 2);

    [Benchmark(Description = "registers alone, same instructions, 256 bits", OperationsPerInvoke = Probes * Faces)]
    public float Registers256() => Baselines.RegisterLoop256(Probes * Faces / 16 * Dimension / 2);

    [Benchmark(Description = "PairScorer, listed pairs", OperationsPerInvoke = Probes * Faces)]
    public float Pairs()
    {
        for (var probe = 0; probe < Probes; probe++)
        {
            Array.Fill(_first, probe);
            _pairs.Score(_first, _second, _row, threads: 1);
        }
        return _row[0];
    }

    [Benchmark(Description = "Pfe, widest path, shared variance", OperationsPerInvoke = Probes * Faces)]
    public float SharedKernel()
    {
        _panels.Scan(0, Faces / FaceBlocks.Lanes, NullScoreHandler.Instance, CancellationToken.None);
        return 0;
    }

    [Benchmark(Description = "ScoreGallery.Score, shared variance", OperationsPerInvoke = Probes * Faces)]
    public float Shared()
    {
        _shared.Score(_probes, 0, Probes, _scores, threads: 1);
        return _scores[0];
    }

    [Benchmark(Description = "ScoreGallery.Score, cosine", OperationsPerInvoke = Probes * Faces)]
    public float Cosine()
    {
        _cosine.Score(_probes, 0, Probes, _scores, threads: 1);
        return _scores[0];
    }

    [Benchmark(Description = "registers alone, multiply-adds", OperationsPerInvoke = Probes * Faces)]
    public float MultiplyAdds() => Baselines.FmaLoop(Probes * Faces / 128 * Dimension);

    private readonly int[] _first = new int[Faces];

    private delegate float PairScore(
        ReadOnlySpan<float> mu1, ReadOnlySpan<float> variance1, ReadOnlySpan<float> mu2, ReadOnlySpan<float> variance2);

    private float Rows(PairScore score)
    {
        for (var i = 0; i < Faces; i++)
            _row[i] = score(_mu[0], _variance[0], _mus.AsSpan(i * Dimension, Dimension), _variances.AsSpan(i * Dimension, Dimension));
        return _row[0];
    }

    private float Twin(CTwin? twin, int probes)
    {
        if (twin is null) throw new InvalidOperationException("no gcc on this machine");
        for (var probe = 0; probe < probes; probe++) twin.Score(_mu[probe], _variance[probe], _mus, _variances, _row);
        return _row[0];
    }

    private float Kernel(string path)
    {
        new BlockScan(_gallery.Blocks, _rows, NullScoreHandler.Instance, SimdPath.Choose(path))
            .Run(0, _gallery.BlockCount, CancellationToken.None);
        return 0;
    }
}
