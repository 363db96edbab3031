using System.Numerics;
using System.Runtime.InteropServices;
using Pfe.Scoring.Blocks;
using Pfe.Search;

namespace Pfe.Cli.Measuring;

/// <summary>One probe against a gallery in every mode and store, beside a plain read of the same bytes in the same run; and how often the
/// ten best are the exact ones.</summary>
internal static unsafe class SearchMeasurement
{
    private const int Chunk = 50_000;
    private const float TieMargin = 0.1f;

    /// <summary>Measures on simulated faces; the two index files go to <paramref name="folder"/>.</summary>
    public static IReadOnlyList<SearchSpeed> Simulated(
        int count, int rounds, string folder, IProgress<string>? progress, CancellationToken cancellation)
    {
        IEnumerable<EmbeddingSet> Faces()
        {
            for (var first = 0; first < count; first += Chunk)
            {
                progress?.Report($"simulated faces {first:N0} of {count:N0}");
                using var set = SimulatedFaces.Create(first, Math.Min(Chunk, count - first), KernelMeasurement.Dimension);
                yield return set;
            }
        }
        // Probes are other images of enrolled people.
        using var probes = SimulatedFaces.Create(0, 32, KernelMeasurement.Dimension, shot: 1);
        return Run(Faces, probes, skipSelf: false, rounds, folder, progress, cancellation);
    }

    /// <summary>Measures on a set of real faces, each probe a face of the set that does not count as its own match.</summary>
    public static IReadOnlyList<SearchSpeed> Real(
        EmbeddingSet faces, int rounds, string folder, IProgress<string>? progress, CancellationToken cancellation)
    {
        var step = Math.Max(1, faces.Count / 1000);
        int[] rows = [.. Enumerable.Range(0, faces.Count).Where(row => row % step == 0)];
        using var probes = new EmbeddingSet(
            faces.Dimension, [.. rows.SelectMany(row => faces.Mu(row).ToArray())],
                [.. rows.SelectMany(row => faces.LogVariance(row).ToArray())], [.. rows.Select(row => faces.Paths[row])]);
        return Run(() => [faces], probes, skipSelf: true, rounds, folder, progress, cancellation);
    }

    private static List<SearchSpeed> Run(
        Func<IEnumerable<EmbeddingSet>> faces, EmbeddingSet probes, bool skipSelf, int rounds, string folder, IProgress<string>? progress,
            CancellationToken cancellation)
    {
        string wide = Path.Combine(folder, "bits32.pfi"), narrow = Path.Combine(folder, "bits16.pfi");
        FileIndex.Build(wide, faces(), options: new IndexOptions { Shortlist = true }, cancellation: cancellation);
        FileIndex.Build(narrow, faces(), options: new IndexOptions { Store = IndexStore.Bits16, Shortlist = true },
            cancellation: cancellation);
        var results = new List<SearchSpeed>();
        using (var index32 = FileIndex.Open(wide, cancellation: cancellation))
        using (var index16 = FileIndex.Open(narrow, cancellation: cancellation))
        {
            var ways = Ways(index32, index16);
            progress?.Report("timing the mapped files");
            var timed = Time("mapped", ways, index32, probes, rounds, cancellation);
            progress?.Report("comparing with the exact result");
            var deep = index32.SearchFaces(probes, new SearchOptions { K = 30 }, cancellation);
            results.Add(timed[0]);
            results.AddRange(timed.Skip(1).Zip(ways, (row, way) =>
            {
                var (recall, ties) = Compare(
                    deep, way.Index.SearchFaces(probes, way.Options with { K = skipSelf ? 11 : 10 }, cancellation), probes, skipSelf);
                return row with { Recall = recall, NearTies = ties };
            }));
        }
        progress?.Report("loading the files into memory");
        using var loaded32 = FileIndex.Open(wide, IndexAccess.Loaded, cancellation: cancellation);
        using var loaded16 = FileIndex.Open(narrow, IndexAccess.Loaded, cancellation: cancellation);
        progress?.Report("timing in memory");
        results.AddRange(Time("in memory", Ways(loaded32, loaded16), loaded32, probes, rounds, cancellation));
        return results;
    }

    private static (string Name, FileIndex Index, SearchOptions Options)[] Ways(FileIndex index32, FileIndex index16) =>
    [
        ("float32, exact", index32, new SearchOptions()),
        ("float32, shortlist of 100", index32, new SearchOptions { Mode = SearchMode.Shortlist, ShortlistSize = 100 }),
        ("float32, shortlist of 200", index32, new SearchOptions { Mode = SearchMode.Shortlist }),
        ("float32, shortlist of 500", index32, new SearchOptions { Mode = SearchMode.Shortlist, ShortlistSize = 500 }),
        ("16-bit, exact", index16, new SearchOptions()),
        ("16-bit, shortlist of 200", index16, new SearchOptions { Mode = SearchMode.Shortlist }),
    ];

    // The plain read, then the ways in their order.
    private static SearchSpeed[] Time(
        string where, (string Name, FileIndex Index, SearchOptions Options)[] ways, FileIndex wide, EmbeddingSet probes,
            int rounds, CancellationToken cancellation)
    {
        var probe = probes[0];
        var timer = new InterleavedTimer(rounds, cancellation, twice: true);
        var plain = timer.Add(() => PlainRead(wide));
        var contestants = ways.Select(way => timer.Add(() => way.Index.SearchFaces(probe, way.Options, cancellation))).ToArray();
        timer.Run();
        return [
            new SearchSpeed($"plain read of the float32 faces, {where}", timer.Median(plain) * 1e3, 1, null, 0),
            .. ways.Zip(contestants, (way, contestant) => new SearchSpeed(
                $"{way.Name}, {where}", timer.Median(contestant) * 1e3, timer.Median(plain) / timer.Median(contestant), null, 0))];
    }

    // A match outside the exact ten best counts as a near tie when its exact score is within a margin of the tenth.
    private static (double Recall, int NearTies) Compare(
        SearchResult<FaceMatch> exact, SearchResult<FaceMatch> found, EmbeddingSet probes, bool skipSelf)
    {
        var (hits, wanted, ties) = (0, 0, 0);
        for (var probe = 0; probe < exact.Matches.Count; probe++)
        {
            bool Counts(FaceMatch match) => !skipSelf || match.Id != probes.Paths[probe];
            var all = exact[probe].Where(Counts).ToArray();
            var ten = all.Take(10).Select(match => match.Id).ToHashSet();
            var tenth = all[Math.Min(10, all.Length) - 1].Score;
            var mine = found[probe].Where(Counts).Take(10).ToArray();
            hits += mine.Count(match => ten.Contains(match.Id));
            wanted += ten.Count;
            ties += mine.Count(match =>
                !ten.Contains(match.Id) && all.Any(other => other.Id == match.Id && tenth - other.Score <= TieMargin));
        }
        return (hits / (double)wanted, ties);
    }

    private static float PlainRead(FileIndex index)
    {
        var total = 0f;
        index.Read(state => Parallel.ForEach(state.Runs, run =>
        {
            using var buffer = new RunBuffer();
            var blocks = run.Source.Read(run.Begin, run.End, buffer);
            var bytes = new ReadOnlySpan<byte>(blocks.Start, (int)((run.End - run.Begin) * blocks.BlockBytes));
            var vectors = MemoryMarshal.Cast<byte, Vector<float>>(bytes);
            Vector<float> a = default, b = default, c = default, d = default;
            for (var i = 0; i + 3 < vectors.Length; i += 4)
            {
                a += vectors[i];
                b += vectors[i + 1];
                c += vectors[i + 2];
                d += vectors[i + 3];
            }
            total = Vector.Sum(a + b + c + d);
        }));
        return total;
    }
}
