using Pfe.Scoring;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Search;

/// <summary>Some blocks of an index: what one thread does at a time.</summary>
/// <param name="Blocks">The blocks they belong to.</param>
/// <param name="FirstFace">Number in the index of the first face of <paramref name="Blocks"/>.</param>
/// <param name="Begin">The first block.</param>
/// <param name="End">The block behind the last.</param>
internal readonly record struct BlockRun(FaceBlocks Blocks, int FirstFace, int Begin, int End);

/// <summary>One state of an index, as a search sees it.</summary>
internal interface IIndexState : IFaceDirectory
{
    int Dimension { get; }

    string? ModelId { get; }

    long Version { get; }

    /// <summary>How all blocks of the index are laid out: store, scale, and the range of all variances.</summary>
    FaceBlocks Layout { get; }

    IReadOnlyList<BlockRun> Runs { get; }
}

/// <summary>The exact search, for faces and for persons, over any state of any index.</summary>
internal static class IndexScan
{
    private const int ProbesAtOnce = 64;

    public static SearchResult<FaceMatch> Faces(
        IIndexState state, IReadOnlyList<FaceEmbedding> probes, SearchOptions? options, CancellationToken cancellation)
    {
        options ??= new SearchOptions();
        var found = Search(state, probes, options, () => new TopMatches(options.K, options.Threshold), cancellation);
        return new(Array.ConvertAll(found, matches => (IReadOnlyList<FaceMatch>)Array.ConvertAll(matches,
            match => new FaceMatch(state.Id(match.Index), state.Person(match.Index), match.Score))), state.Version);
    }

    public static SearchResult<PersonMatch> Persons(
        IIndexState state, IReadOnlyList<FaceEmbedding> probes, SearchOptions? options, CancellationToken cancellation)
    {
        options ??= new SearchOptions();
        var found = Search(state, probes, options, () => new TopPersons(options.K, options.Threshold, state), cancellation);
        return new(Array.ConvertAll(found, matches => (IReadOnlyList<PersonMatch>)Array.ConvertAll(matches,
            match => new PersonMatch(state.Person(match.Index), state.Id(match.Index), match.Score))), state.Version);
    }

    private static Match[][] Search(
        IIndexState state, IReadOnlyList<FaceEmbedding> probes, SearchOptions options, Func<ITopList> top, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(probes);
        options.Check();
        CheckModels(state, probes);
        var results = new Match[probes.Count][];
        var rows = FaceList.Of(probes, state.Dimension);
        for (var first = 0; first < probes.Count; first += ProbesAtOnce)
        {
            var count = Math.Min(ProbesAtOnce, probes.Count - first);
            using var prepared = new ProbeRows(rows, first, count, state.Layout);
            using var best = new ThreadLocal<ITopList[]>(() => Lists(count, top), trackAllValues: true);
            Workers.Run(state.Runs.Count, 1, options.Threads, (at, _) =>
            {
                var run = state.Runs[at];
                new BlockScan(run.Blocks, prepared, new LiveScores(best.Value!, run.FirstFace, state), SimdPath.Kernels)
                    .Run(run.Begin, run.End, cancellation);
            }, cancellation);
            Merge(best.Values, count, top).CopyTo(results, first);
        }
        return results;
    }

    private static ITopList[] Lists(int count, Func<ITopList> top)
    {
        var lists = new ITopList[count];
        for (var i = 0; i < count; i++) lists[i] = top();
        return lists;
    }

    private static Match[][] Merge(IEnumerable<ITopList[]> parts, int count, Func<ITopList> top)
    {
        var all = Lists(count, top);
        foreach (var part in parts)
            for (var probe = 0; probe < count; probe++)
                foreach (var match in part[probe].ToArray()) all[probe].Add(match);
        return Array.ConvertAll(all, list => list.ToArray());
    }

    private static void CheckModels(IIndexState state, IReadOnlyList<FaceEmbedding> probes)
    {
        if (probes is EmbeddingSet set)
        {
            ModelMismatchException.Check("the probes", state.Dimension, state.ModelId, set.Dimension, set.ModelId);
            return;
        }
        foreach (var probe in probes)
            ModelMismatchException.Check("a probe", state.Dimension, state.ModelId, probe.Dimension, probe.ModelId);
    }
}
