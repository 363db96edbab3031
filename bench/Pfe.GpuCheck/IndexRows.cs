using Pfe.Cli.Measuring;
using Pfe.Gpu;
using Pfe.Gpu.Cards;
using Pfe.Search;

namespace Pfe.GpuCheck;

/// <summary>An index file from end to end, on the card and on the processor, and whether they answer the same.</summary>
internal static class IndexRows
{
    private const int FacesInASet = 20_000;

    public static void Run(ICardSource source, int number, CheckSizes sizes, Table table)
    {
        var folder = Directory.CreateTempSubdirectory("pfe-gpu-check");
        try
        {
            var path = Path.Combine(folder.FullName, "faces.pfi");
            FileIndex.Build(path, Sets(sizes), face => face[..face.IndexOf(',', StringComparison.Ordinal)],
                new IndexOptions { Store = IndexStore.Bits16 });
            using var probes = SimulatedFaces.Create(0, sizes.Probes, sizes.Dimension, shot: 1);
            using var processor = FileIndex.Open(path, IndexAccess.Loaded, verify: false);
            using var card = GpuIndex.Open(path, new GpuOptions { Devices = [ComputeDevice.Cuda(number)] }, source,
                CancellationToken.None);
            FaceEmbedding[] one = [probes[0]];
            table.Row($"index of {sizes.Faces:N0}, 16-bit, 10 best faces", () => card.SearchFaces(one), sizes.Repeats, sizes.Faces,
                "pairs/s");
            table.Row($"index of {sizes.Faces:N0}, 16-bit, 10 best persons", () => card.SearchPersons(one), sizes.Repeats, sizes.Faces,
                "pairs/s");
            table.Row($"the same, {sizes.Probes} probes", () => card.SearchFaces(probes), Math.Max(1, sizes.Repeats / 4),
                (double)sizes.Probes * sizes.Faces, "pairs/s");
            table.Row("the processor, one probe", () => processor.SearchFaces(one), Math.Max(1, sizes.Repeats / 4), sizes.Faces, "pairs/s");
            table.Check("faces and persons", Same(card.SearchFaces(probes), processor.SearchFaces(probes))
                && Same(card.SearchPersons(probes), processor.SearchPersons(probes))
                && Same(card.SearchFaces(one), processor.SearchFaces(one)), "card and processor, bit by bit");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool Same<T>(SearchResult<T> a, SearchResult<T> b) => a.Matches.Zip(b.Matches).All(pair =>
        pair.First.SequenceEqual(pair.Second));

    private static IEnumerable<EmbeddingSet> Sets(CheckSizes sizes)
    {
        for (var first = 0; first < sizes.Faces; first += FacesInASet)
        {
            using var set = SimulatedFaces.Create(first, Math.Min(FacesInASet, sizes.Faces - first), sizes.Dimension);
            yield return set;
        }
    }
}
