using Pfe.Scoring.Kernels;

namespace Pfe.Cli.Measuring;

/// <summary>What <see cref="SpeedCheck"/> measures.</summary>
public sealed record SpeedOptions
{
    /// <summary>Faces in the simulated gallery; 200,000 by default (0.9 + 0.5 GB of temporary files), 0 for no search.</summary>
    public int Faces { get; init; } = 200_000;

    /// <summary>Rounds of which the median counts; 15 by default.</summary>
    public int Rounds { get; init; } = 15;

    /// <summary>A folder for the temporary index files; null for the system's.</summary>
    public string? TemporaryFolder { get; init; }
}

/// <summary>Measures the kernels and the search on this machine, each beside its baseline in the same run, so that anyone can check what
/// docs/search.md and bench/results state.</summary>
public static class SpeedCheck
{
    /// <summary>Runs for about two minutes with the defaults. Anything else that runs meanwhile moves the numbers; the ratios move
    /// less.</summary>
    /// <param name="options">What to measure; null for the defaults.</param>
    /// <param name="progress">What is being done.</param>
    /// <param name="cancellation">Stops the measurement and removes its files.</param>
    public static SpeedReport Run(
        SpeedOptions? options = null, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new SpeedOptions();
        progress?.Report("kernels");
        var kernels = KernelMeasurement.Run(options.Rounds, cancellation);
        var search = options.Faces == 0
            ? []
            : InFolder<IReadOnlyList<SearchSpeed>>(options, folder =>
                SearchMeasurement.Simulated(options.Faces, options.Rounds, folder, progress, cancellation));
        return new SpeedReport(SimdPath.Kernels.Name, Environment.ProcessorCount, kernels, search, options.Faces);
    }

    /// <summary>Measures speed and recall of the search modes on real faces, each a probe against all the others (at most 1,000
    /// probes).</summary>
    /// <param name="faces">At least 40 faces.</param>
    /// <param name="options">Rounds and folder; null for the defaults.</param>
    /// <param name="progress">What is being done.</param>
    /// <param name="cancellation">Stops the measurement and removes its files.</param>
    public static IReadOnlyList<SearchSpeed> Search(
        EmbeddingSet faces, SpeedOptions? options = null, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        if (faces.Count < 40) throw new PfeException($"{faces.Count} faces are too few to measure a search; give at least 40");
        options ??= new SpeedOptions();
        return InFolder(options, folder => SearchMeasurement.Real(faces, options.Rounds, folder, progress, cancellation));
    }

    internal static T InFolder<T>(SpeedOptions options, Func<string, T> measure)
    {
        var folder = Path.Combine(options.TemporaryFolder ?? Path.GetTempPath(), $"pfe-bench-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try { return measure(folder); }
        finally { Directory.Delete(folder, recursive: true); }
    }
}
