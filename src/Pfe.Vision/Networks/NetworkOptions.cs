using Microsoft.ML.OnnxRuntime;

namespace Pfe.Vision.Networks;

/// <summary>How a network is run.</summary>
public sealed record NetworkOptions
{
    /// <summary>Where it runs.</summary>
    public ComputeDevice Device { get; init; } = ComputeDevice.Cpu;

    /// <summary>
    /// Threads inside one run on the CPU. One by default: workers with a run each use the cores better than threads inside one run
    /// (measured
    /// in docs/speed.md).
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// Lets a card round its products to 10 bits of mantissa (TF32): about a tenth to a fifth faster, and mu moves by up to 5e-4 instead of
    /// 4e-7. Off by default.
    /// </summary>
    public bool AllowTf32 { get; init; }

    /// <summary>
    /// For embedders: every face is embedded together with its mirror image and the two averaged, at twice the cost (docs/results.md says
    /// what it gains). Embeddings with and without it can be compared. Off by default; other networks do not look at it.
    /// </summary>
    public bool Flip { get; init; }

    /// <summary>Told which device <see cref="ComputeDevice.Auto"/> took, and why.</summary>
    public IProgress<string>? Messages { get; init; }

    /// <summary>Changes the ONNX Runtime session last; set through the advanced overloads.</summary>
    internal Action<SessionOptions>? Configure { get; init; }

    internal void Validate()
    {
        if (Threads < 1)
            throw new InvalidConfigurationException($"a network runs on at least one thread, not {Threads}") { Setting = nameof(Threads) };
    }
}
