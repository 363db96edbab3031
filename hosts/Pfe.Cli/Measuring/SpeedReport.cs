namespace Pfe.Cli.Measuring;

/// <summary>What was measured on this machine; ratios are what can be compared with another.</summary>
/// <param name="Simd">The kernels in use: 512, 256, 128 or scalar.</param>
/// <param name="Processors">Processors that .NET sees.</param>
/// <param name="Kernels">Scores of D = 512 on one thread.</param>
/// <param name="Search">One probe against a simulated gallery, all threads.</param>
/// <param name="GallerySize">Faces of that gallery.</param>
/// <param name="Devices">What the machine has to search on, and why no card where there is none.</param>
public sealed record SpeedReport(
    string Simd, int Processors, IReadOnlyList<KernelSpeed> Kernels, IReadOnlyList<SearchSpeed> Search, int GallerySize,
    string Devices = "cpu");

/// <summary>How fast one way to a score is; medians of the rounds of one interleaved run.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="MillionPairsPerSecond">Pairs of D = 512 a second on one thread.</param>
/// <param name="TimesReference">Ratio to the reference's algorithm in the same run.</param>
/// <param name="ShareOfLimit">Ratio to a loop of the same instructions on registers alone; null where there is none.</param>
public sealed record KernelSpeed(string Name, double MillionPairsPerSecond, double TimesReference, double? ShareOfLimit);

/// <summary>How fast and how right one way to search is.</summary>
/// <param name="Name">Store and mode.</param>
/// <param name="Milliseconds">Median time of one probe.</param>
/// <param name="ShareOfPlainRead">Speed relative to a plain read of the single-precision faces, mapped or in memory like the index, in the
/// same rounds.</param>
/// <param name="Recall">Share of the exact search's ten best that were found; null for the plain reads and where it was stated before (in
/// memory).</param>
/// <param name="NearTies">Differing matches whose exact score lies within 0.1 of the tenth best: not errors but ties.</param>
public sealed record SearchSpeed(string Name, double Milliseconds, double ShareOfPlainRead, double? Recall, int NearTies);
