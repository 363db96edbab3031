using ILGPU;
using ILGPU.Runtime;
using Pfe.Gpu.Kernels;

namespace Pfe.Gpu.Cards;

/// <summary>One accelerator with the kernels compiled for it. One search at a time uses it: a scan takes all of it anyway.</summary>
internal sealed class Card : IDisposable
{
    private const int CudaScanThreads = 256;
    private const int CudaGroupsAProcessor = 16;

    private readonly Action<KernelConfig, ArrayView<Quad>, ArrayView<uint>, int, int, ArrayView<float>, ScoreTerms, ArrayView<Lanes4>,
        ArrayView<float>> _scan16;
    private readonly Action<KernelConfig, ArrayView<Lanes4>, ArrayView<uint>, int, int, ArrayView<float>, ScoreTerms, ArrayView<Lanes4>,
        ArrayView<float>> _scan32;
    private readonly Action<KernelConfig, ArrayView<Quad>, ArrayView<uint>, int, ArrayView<Lanes4>, ArrayView<Lanes4>, int,
        TileOutput> _tile16;
    private readonly Action<KernelConfig, ArrayView<Lanes4>, ArrayView<uint>, int, ArrayView<Lanes4>, ArrayView<Lanes4>, int,
        TileOutput> _tile32;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, int, int, int, int, ArrayView<ProbeState>, ArrayView<long>,
        ArrayView<int>> _select;
    private readonly Lazy<Action<KernelConfig, ArrayView<Quad>, ArrayView<uint>>> _read;
    private readonly int _scanThreads;
    private readonly int _scanGroups;

    /// <summary>Compiles the kernels; the card owns the accelerator.</summary>
    public Card(Accelerator accelerator)
    {
        Accelerator = accelerator;
        var isCuda = accelerator.AcceleratorType == AcceleratorType.Cuda;
        // ILGPU's accelerator on the processor has a thread of the system for each of a kernel's: as few as will do.
        (_scanThreads, SelectThreads) = isCuda ? (CudaScanThreads, SelectKernel.MaxThreads)
            : (ScanKernel16.WarpSize, ScanKernel16.WarpSize);
        _scanGroups = isCuda ? CudaGroupsAProcessor * accelerator.NumMultiprocessors : 2;
        _read = new(() => accelerator.LoadStreamKernel<ArrayView<Quad>, ArrayView<uint>>(ReadKernel.Run));
        _scan16 = accelerator.LoadStreamKernel<ArrayView<Quad>, ArrayView<uint>, int, int, ArrayView<float>, ScoreTerms, ArrayView<Lanes4>,
            ArrayView<float>>(ScanKernel16.Run);
        _scan32 = accelerator.LoadStreamKernel<ArrayView<Lanes4>, ArrayView<uint>, int, int, ArrayView<float>, ScoreTerms,
            ArrayView<Lanes4>, ArrayView<float>>(ScanKernel32.Run);
        _tile16 = accelerator.LoadStreamKernel<ArrayView<Quad>, ArrayView<uint>, int, ArrayView<Lanes4>, ArrayView<Lanes4>, int,
            TileOutput>(TileKernel16.Run);
        _tile32 = accelerator.LoadStreamKernel<ArrayView<Lanes4>, ArrayView<uint>, int, ArrayView<Lanes4>, ArrayView<Lanes4>, int,
            TileOutput>(TileKernel32.Run);
        _select = accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, int, int, int, int, ArrayView<ProbeState>,
            ArrayView<long>, ArrayView<int>>(SelectKernel.Run);
    }

    public Accelerator Accelerator { get; }

    /// <summary>Held by whoever uses the card.</summary>
    public Lock Gate { get; } = new();

    /// <summary>How many best the selection can tell apart.</summary>
    public int SelectThreads { get; }

    /// <summary>One probe against the blocks of a piece.</summary>
    public void Scan(BlockBuffer blocks, int dimension, ArrayView<float> probe, ScoreTerms terms, ArrayView<float> scores,
        ArrayView<float> maxima)
    {
        var launch = new KernelConfig(Math.Clamp((blocks.Count * ScanKernel16.WarpSize + _scanThreads - 1) / _scanThreads, 1, _scanGroups),
            _scanThreads);
        var quads = scores.Cast<Lanes4>();
        if (blocks.Is16Bit) _scan16(launch, blocks.Quads, blocks.Live, blocks.Count, dimension, probe, terms, quads, maxima);
        else _scan32(launch, blocks.Lanes, blocks.Live, blocks.Count, dimension, probe, terms, quads, maxima);
    }

    /// <summary>Many probes against the blocks of a piece.</summary>
    public void Tile(BlockBuffer blocks, int dimension, ArrayView<float> means, ArrayView<float> variances, int paddedProbes,
        TileOutput output)
    {
        var tiles = (blocks.Count + TileKernel16.BlocksInATile - 1) / TileKernel16.BlocksInATile;
        var launch = new KernelConfig(new Index3D(tiles, paddedProbes / TileKernel16.ProbesInATile, 1),
            new Index3D(TileKernel16.Threads, 1, 1));
        var (probeMeans, probeVariances) = (means.Cast<Lanes4>(), variances.Cast<Lanes4>());
        if (blocks.Is16Bit) _tile16(launch, blocks.Quads, blocks.Live, dimension, probeMeans, probeVariances, paddedProbes / 4, output);
        else _tile32(launch, blocks.Lanes, blocks.Live, dimension, probeMeans, probeVariances, paddedProbes / 4, output);
    }

    /// <summary>Adds to the candidates of some probes; <see cref="SelectKernel.Run"/>.</summary>
    public void Select(int probes, ArrayView<float> scores, ArrayView<float> maxima, int blockCount, int k, int firstFace, int firstProbe,
        ArrayView<ProbeState> states, ArrayView<long> candidates, ArrayView<int> count) =>
        _select(new KernelConfig(probes, SelectThreads), scores, maxima, blockCount, k, firstFace, firstProbe, states, candidates, count);

    /// <summary>Reads a piece and waits for the end of it, for measurements.</summary>
    public void Read(BlockBuffer blocks)
    {
        _read.Value(new KernelConfig(_scanGroups / 2, _scanThreads), blocks.Quads, blocks.Live);
        Accelerator.DefaultStream.Synchronize();
    }

    public void Dispose() => Accelerator.Dispose();
}
