using Pfe.Gpu.Cards;
using Pfe.Scoring;
using Pfe.Scoring.Blocks;
using Pfe.Search;
using Pfe.Storage;

namespace Pfe.Gpu.Search;

/// <summary>
/// The exact search of an index file on one or several cards. The cards score every face and list those that may be among the best, given
/// how far their scores can be from the processor's; the processor scores these few in full: its answer, bit by bit.
/// </summary>
internal sealed class CardSearch : IExactSearch
{
    // From so many probes on a shared pass over the blocks is faster than one each: 64 take as long as 20 scans.
    private const int Together = 16;

    // A person may have many faces among the best.
    private const int FacesAPerson = 4;
    private const int More = 16;

    private readonly Lock _gate = new();
    private readonly Pieces _pieces;
    private readonly CardPass[] _passes;
    private readonly UseCount _uses;
    private readonly int _together;

    // More than this, and whatever reaches the threshold is listed.
    private readonly int _listsAll;
    private (IReadOnlyList<BlockRun> Runs, IBlockSource[] Sources)? _sources;

    /// <param name="cards">The cards, at least one.</param>
    /// <param name="close">Called with the cards when the last search has ended after the search was disposed of.</param>
    /// <param name="together">From how many probes on they share a pass.</param>
    public CardSearch(IReadOnlyList<Card> cards, Action close, int together = Together)
    {
        (_pieces, _passes, _together) = (new Pieces(cards), [.. cards.Select(card => new CardPass(card))], together);
        _listsAll = cards.Max(card => card.SelectThreads);
        _uses = new UseCount(() =>
        {
            _pieces.Dispose();
            foreach (var pass in _passes) pass.Dispose();
            close();
        });
    }

    /// <summary>Copies a state to the cards, which the first search would do otherwise.</summary>
    public void Load(ISegmentedState state, CancellationToken cancellation)
    {
        lock (_gate) _pieces.Of(state, cancellation);
    }

    public Match[][] Search(ISegmentedState state, IFaceRows rows, int first, int count, SearchOptions options, Func<ITopList> top,
        CancellationToken cancellation)
    {
        using var use = _uses.Enter(this);
        using var reading = rows.Enter();
        using var probes = new CardProbes(rows, first, count, state.Layout);
        var results = new Match[count][];
        var open = Enumerable.Range(0, count).Where(probes.FitsScan).ToList();
        // A probe whose variances are out of the kernels' reach, which no embedding's are, is the processor's.
        foreach (var probe in Enumerable.Range(0, count).Except(open))
            results[probe] = IndexScan.Exact(state, rows, first + probe, 1, options, top, cancellation)[0];
        for (var k = top() is TopPersons ? (long)options.K * FacesAPerson : options.K; open.Count > 0; k *= More)
        {
            var (found, asked) = (Scan(state, probes, open, (int)Math.Min(k, int.MaxValue), options.Threshold, cancellation), open);
            var certain = new bool[asked.Count];
            var sources = Sources(state);
            Workers.Run(asked.Count, 1, options.Threads, (begin, end) =>
            {
                using var buffer = new RunBuffer();
                for (var at = begin; at < end; at++)
                {
                    var (probe, best) = (asked[at], top());
                    ChosenFaces.Score(sources, probes.Row(probe), [.. found[at].Faces], best, buffer, cancellation);
                    results[probe] = best.ToArray();
                    // Whoever could still enter scores at least this much, and is listed if this much less the bound is.
                    var least = best.MinScore;
                    certain[at] = k > _listsAll || found[at].Cut == float.NegativeInfinity
                        || least - probes.Bound(probe).At(least) >= found[at].Cut;
                }
            }, cancellation);
            open = [.. asked.Where((_, at) => !certain[at])];
        }
        return results;
    }

    public void Dispose() => _uses.Close();

    private Candidates[] Scan(ISegmentedState state, CardProbes probes, List<int> open, int k, float threshold,
        CancellationToken cancellation)
    {
        lock (_gate)
        {
            var pieces = _pieces.Of(state, cancellation).ToLookup(piece => piece.Card);
            var together = open.Count >= _together ? open.Where(probes.FitsTile).ToArray() : [];
            int[] alone = [.. open.Except(together)];
            var parts = new List<Candidates>[open.Count];
            for (var at = 0; at < parts.Length; at++) parts[at] = [];
            var places = open.Index().ToDictionary(item => item.Item, item => item.Index);
            Workers.Run(_passes.Length, 1, _passes.Length, (begin, end) =>
            {
                for (var pass = begin; pass < end; pass++)
                {
                    var own = pieces[_passes[pass].Card].ToArray();
                    foreach (var (chosen, shared) in (ReadOnlySpan<(int[], bool)>)[(together, true), (alone, false)])
                    {
                        if (chosen.Length == 0) continue;
                        var found = _passes[pass].Run(own, probes, chosen, shared, k, threshold, cancellation);
                        for (var at = 0; at < chosen.Length; at++)
                            lock (parts) parts[places[chosen[at]]].Add(found[at]);
                    }
                }
            }, cancellation);
            return Array.ConvertAll(parts, Candidates.Union);
        }
    }

    private IBlockSource[] Sources(ISegmentedState state)
    {
        lock (_gate)
        {
            if (_sources is { } known && known.Runs == state.Runs) return known.Sources;
            IBlockSource[] sources = [.. state.Segments];
            _sources = (state.Runs, sources);
            return sources;
        }
    }
}
