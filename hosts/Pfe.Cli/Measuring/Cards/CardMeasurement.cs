using System.Diagnostics;
using Pfe.Gpu;
using Pfe.Gpu.Cards;
using Pfe.Scoring.Kernels;
using Pfe.Search;

namespace Pfe.Cli.Measuring;

/// <summary>The search on the first card beside a plain read of the same bytes there.</summary>
internal static class CardMeasurement
{
    private const int FacesInASet = 20_000;

    /// <summary>What the machine has to search on, in a line.</summary>
    public static string Devices(ICardSource source)
    {
        var names = source.Names;
        var cards = names.Count == 0 ? $"no card ({source.Missing})"
            : string.Join(", ", names.Select((name, number) => $"cuda:{number} ({name})"));
        return $"cpu ({Environment.ProcessorCount} processors, path {SimdPath.Kernels.Name}), {cards}";
    }

    /// <summary>Measures; nothing where there is no card.</summary>
    public static IReadOnlyList<SearchSpeed> Run(ICardSource source, int faces, int dimension, int rounds, string folder,
        CancellationToken cancellation)
    {
        if (source.Names.Count == 0) return [];
        var path = Path.Combine(folder, "card.pfi");
        FileIndex.Build(path, Sets(faces, dimension), options: new IndexOptions { Store = IndexStore.Bits16 }, cancellation: cancellation);
        using var probes = SimulatedFaces.Create(0, 64, dimension, shot: 1);
        using var index = GpuIndex.Open(path, new GpuOptions { Devices = [ComputeDevice.Cuda()] }, source, cancellation);
        FaceEmbedding[] one = [probes[0]];
        var card = source.Rent(0);
        try
        {
            using var blocks = new BlockBuffer(card, (faces + 15) / 16, dimension, BlockStore.Int16);
            var read = Median(rounds, () => card.Read(blocks));
            var alone = Median(rounds, () => index.SearchFaces(one, cancellation: cancellation));
            var together = Median(rounds, () => index.SearchFaces(probes, cancellation: cancellation)) / probes.Count;
            return [new("card: plain read of the 16-bit faces", read, 1, null, 0),
                new("card: 16-bit, exact", alone, read / alone, null, 0),
                new("card: 16-bit, exact, 64 probes, each", together, read / together, null, 0)];
        }
        finally
        {
            source.Return(card);
        }
    }

    // Milliseconds.
    private static double Median(int rounds, Action work)
    {
        work();
        var times = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            times[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        Array.Sort(times);
        return times[rounds / 2];
    }

    private static IEnumerable<EmbeddingSet> Sets(int faces, int dimension)
    {
        for (var first = 0; first < faces; first += FacesInASet)
        {
            using var set = SimulatedFaces.Create(first, Math.Min(FacesInASet, faces - first), dimension);
            yield return set;
        }
    }
}
