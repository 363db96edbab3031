using Pfe.Scoring;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;

namespace Pfe.Search;

/// <summary>The search in two steps: the shared-variance form in 8 bits over every face, then the full score of the best of them.</summary>
internal static unsafe class Shortlist
{
    public static Match[][] Search(
        EmbeddingIndex index, EmbeddingSet probes, int first, int count, SearchOptions options, CancellationToken cancellation)
    {
        var (reader, queries) = (new FaceReader(probes), new Int8Query[count]);
        for (var probe = 0; probe < count; probe++)
        {
            var mu = reader.Read(first + probe, out var variance);
            queries[probe] = new Int8Query(mu, variance);
        }
        var candidates = index.Best(count, options.ShortlistSize, float.NegativeInfinity, options.Threads, (segment, begin, end, sink) =>
        {
            Span<float> scores = stackalloc float[FaceBlocks.Lanes];
            for (var block = begin; block < end; block++)
            {
                cancellation.ThrowIfCancellationRequested();
                var face = block * FaceBlocks.Lanes;
                var faces = Math.Min(FaceBlocks.Lanes, segment.Count - face);
                for (var probe = 0; probe < count; probe++)
                {
                    Int8Block.Score(segment.Short(block), queries[probe], scores);
                    sink.Take(probe, face, scores[..faces]);
                }
            }
        }, cancellation);
        var results = new Match[count][];
        Workers.Run(count, 1, options.Threads, (begin, end) =>
        {
            for (var probe = begin; probe < end; probe++)
                results[probe] = Rank(index, probes, first + probe, candidates[probe], options, cancellation);
        }, cancellation);
        return results;
    }

    private static Match[] Rank(
        EmbeddingIndex index, EmbeddingSet probes, int row, Match[] candidates, SearchOptions options, CancellationToken cancellation)
    {
        var best = new TopMatches(options.K, options.Threshold);
        foreach (var segment in index.Segments)
        {
            var wanted = candidates.Where(match => match.Index >= segment.FirstId && match.Index < segment.FirstId + segment.Count)
                .Select(match => match.Index - segment.FirstId).ToHashSet();
            if (wanted.Count == 0) continue;
            using var rows = new ProbeRows(probes, row, 1, segment.Blocks);
            var scan = new BlockScan(segment.Blocks, rows, new Chosen(best, wanted, segment.FirstId), SimdPath.Kernels);
            foreach (var block in wanted.Select(face => face / FaceBlocks.Lanes).Distinct().Order())
            {
                cancellation.ThrowIfCancellationRequested();
                scan.Score(block);
            }
        }
        return best.ToArray();
    }

    // A whole block is scored at once; only the candidates in it count.
    private sealed class Chosen(TopMatches best, HashSet<int> wanted, int firstId) : IScoreHandler
    {
        public void Take(int probe, int firstFace, ReadOnlySpan<float> scores)
        {
            for (var i = 0; i < scores.Length; i++)
                if (wanted.Contains(firstFace + i)) best.Add(new Match(firstId + firstFace + i, scores[i]));
        }
    }
}
