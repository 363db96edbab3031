using Pfe.Search;

namespace Pfe.Gpu;

/// <summary>Where an index file is searched, and how it is read.</summary>
public sealed record GpuOptions
{
    /// <summary>
    /// One device, or several cards that share the faces; by default the first card where there is one that can be used, else the
    /// processor.
    /// </summary>
    public IReadOnlyList<ComputeDevice> Devices { get; init; } = [ComputeDevice.Auto];

    /// <summary>How the file is read, while it is copied to the cards and for the few faces that are scored in full; mapped by
    /// default.</summary>
    public IndexAccess Access { get; init; } = IndexAccess.Mapped;

    /// <summary>Whether blocks are compared with their checksums as they are read; they are by default.</summary>
    public bool Verify { get; init; } = true;

    /// <summary>Told which device <see cref="ComputeDevice.Auto"/> took, and why.</summary>
    public IProgress<string>? Messages { get; init; }
}
