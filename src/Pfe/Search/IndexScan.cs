using Pfe.Scoring;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Search;

/// <summary>One state of an index, as a search sees it.</summary>
internal interface IIndexState : IFaceDirectory
{
    int Dimension { get; }

    string? ModelId { get; }

    long Version { get; }

    /// <summary>Whether the blocks of the shortlist are there.</summary>
    bool HasShortlist { get; }

    /// <summary>How all blocks of the index are laid out: store, scale, and the range of all variances.</summary>
    FaceBlocks Layout { get; }

    IReadOnlyList<BlockRun> Runs { get; }
}

/// <summary>A state of an index that lies in segments of a file.</summary>
internal interface ISegmentedState : IIndexState
{
    IReadOnlyList<Segment> Segments { get; }

    /// <summary>Sets of faces that cannot be found; each is the same object as long as it holds the same faces.</summary>
    IReadOnlyList<IReadOnlyCollection<int>> Hidden { get; }
}

/// <summary>The exact search, for faces and for persons, over any state of any index.</summary>
internal static class IndexScan
{
    private const int ProbesAtOnce = 64;

    public static SearchResult<FaceMatch> Faces(
        IIndexState state, IReadOnlyList<FaceEmbedding> probes, SearchOptions? options, CancellationToken cancellation,
        IExactSearch? elsewhere = null)
    {
        options ??= new SearchOptions();
        var found = Search(state, probes, options, () => new TopMatches(options.K, options.Threshold), elsewhere, cancellation);
        return new(Array.ConvertAll(found, matches => (IReadOnlyList<FaceMatch>)Array.ConvertAll(matches,
            match => new FaceMatch(state.Id(match.Index), state.Person(match.Index), match.Score))), state.Version);
    }

    public static SearchResult<PersonMatch> Persons(
        IIndexState state, IReadOnlyList<FaceEmbedding> probes, SearchOptions? options, CancellationToken cancellation,
        IExactSearch? elsewhere = null)
    {
        options ??= new SearchOptions();
        var found = Search(state, probes, options, () => new TopPersons(options.K, options.Threshold, state), elsewhere, cancellation);
        return new(Array.ConvertAll(found, matches => (IReadOnlyList<PersonMatch>)Array.ConvertAll(matches,
            match => new PersonMatch(state.Person(match.Index), state.Id(match.Index), match.Score))), state.Version);
    }

    private static Match[][] Search(IIndexState state, IReadOnlyList<FaceEmbedding> probes, SearchOptions options, Func<ITopList> top,
        IExactSearch? elsewhere, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(probes);
        options.Check();
        CheckModels(state, probes);
        var results = new Match[probes.Count][];
        var rows = FaceList.Of(probes, state.Dimension);
        for (var first = 0; first < probes.Count; first += ProbesAtOnce)
        {
            var count = Math.Min(ProbesAtOnce, probes.Count - first);
            var found = elsewhere is not null
                ? elsewhere.Search((ISegmentedState)state, rows, first, count, options, top, cancellation)
                : options.Mode == SearchMode.Shortlist && state.HasShortlist
                ? Shortlist.Search(state, rows, first, count, options, top, cancellation)
                : Exact(state, rows, first, count, options, top, cancellation);
            found.CopyTo(results, first);
        }
        return results;
    }

    /// <summary>The processor's full scores of every face.</summary>
    internal static Match[][] Exact(IIndexState state, IFaceRows rows, int first, int count, SearchOptions options, Func<ITopList> top,
        CancellationToken cancellation)
    {
        using var prepared = new ProbeRows(rows, first, count, state.Layout);
        return Best(state, count, options.Threads, top, (run, worker) =>
        {
            var (blocks, firstFace) = (run.Source.Read(run.Begin, run.End, worker.Buffer), run.Source.FirstFace
                + run.Begin * FaceBlocks.Lanes);
            new BlockScan(blocks, prepared, new LiveScores(worker.Lists, firstFace, state), SimdPath.Kernels)
                .Run(0, run.End - run.Begin, cancellation);
        }, cancellation);
    }

    /// <summary>The best of what a scan of all runs finds.</summary>
    internal static Match[][] Best(
        IIndexState state, int count, int threads, Func<ITopList> top, Action<BlockRun, Worker> scan, CancellationToken cancellation)
    {
        using var workers = new ThreadLocal<Worker>(() => new Worker(Lists(count, top)), trackAllValues: true);
        try
        {
            Workers.Run(state.Runs.Count, 1, threads, (at, _) => scan(state.Runs[at], workers.Value!), cancellation);
            return Merge(workers.Values.Select(worker => worker.Lists), count, top);
        }
        finally
        {
            foreach (var worker in workers.Values) worker.Buffer.Dispose();
        }
    }

    /// <summary>What one thread of a search has to itself.</summary>
    internal sealed class Worker(ITopList[] lists)
    {
        public ITopList[] Lists { get; } = lists;

        public RunBuffer Buffer { get; } = new();
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
