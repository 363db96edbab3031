using Pfe.Scoring;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Search;

/// <summary>The search in two steps: the shared-variance form in 8 bits over every face, then the full score of the best of them.</summary>
internal static unsafe class Shortlist
{
    public static Match[][] Search(IIndexState state, IFaceRows rows, int first, int count, SearchOptions options, Func<ITopList> top,
        CancellationToken cancellation)
    {
        using var use = rows.Enter();
        var (reader, queries) = (new FaceReader(rows), new Int8Query[count]);
        for (var probe = 0; probe < count; probe++)
        {
            var mu = reader.Read(first + probe, out var variance);
            queries[probe] = new Int8Query(mu, variance);
        }
        var size = Int8Block.BytesOf(state.Dimension);
        var candidates = IndexScan.Best(state, count, options.Threads, () => new TopMatches(options.ShortlistSize,
            float.NegativeInfinity), (run, worker) =>
        {
            Span<float> scores = stackalloc float[FaceBlocks.Lanes];
            var (blocks, best) = ((nint)run.Source.ReadShort(run.Begin, run.End, worker.Buffer), new LiveScores(worker.Lists,
                run.Source.FirstFace, state));
            for (var block = run.Begin; block < run.End; block++)
            {
                cancellation.ThrowIfCancellationRequested();
                var face = block * FaceBlocks.Lanes;
                var faces = Math.Min(FaceBlocks.Lanes, run.Source.Count - face);
                for (var probe = 0; probe < count; probe++)
                {
                    Int8Block.Score((byte*)(blocks + (block - run.Begin) * (nint)size), queries[probe], scores);
                    best.Take(probe, face, scores[..faces]);
                }
            }
        }, cancellation);
        var (results, sources) = (new Match[count][], state.Runs.Select(run => run.Source).Distinct().ToArray());
        Workers.Run(count, 1, options.Threads, (begin, end) =>
        {
            using var buffer = new RunBuffer();
            for (var probe = begin; probe < end; probe++)
            {
                using var row = new ProbeRows(rows, first + probe, 1, state.Layout);
                var best = top();
                ChosenFaces.Score(sources, row, [.. candidates[probe].Select(match => match.Index)], best, buffer, cancellation);
                results[probe] = best.ToArray();
            }
        }, cancellation);
        return results;
    }
}
