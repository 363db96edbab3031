using Pfe.Evaluation.Pairs;

namespace Pfe.Evaluation.Folder;

/// <summary>The pairs that a folder gives: the same for the same names, limits and seed, on any machine.</summary>
internal static class FolderPairs
{
    /// <summary>All genuine and impostor pairs, or a random sample of either kind where there are more than wanted.</summary>
    /// <param name="rows">Row of each image in the embedding set.</param>
    /// <param name="identity">Identity of each image, from 0.</param>
    /// <param name="faces">Rows in the embedding set.</param>
    /// <param name="options">Limits and seed.</param>
    public static PairList Build(int[] rows, int[] identity, int faces, FolderOptions options)
    {
        var random = new Random(options.Seed);
        var genuine = Sample(Genuine(identity), options.MaxGenuinePairs, random);
        var impostor = Impostor(identity, options.MaxImpostorPairs, random);
        var byRow = new int[faces];
        for (var n = 0; n < rows.Length; n++) byRow[rows[n]] = identity[n];
        return new(
            [.. genuine.Concat(impostor).Select(pair => rows[pair.First])], [.. genuine.Concat(impostor).Select(pair => rows[pair.Second])],
            [.. genuine.Select(_ => true), .. impostor.Select(_ => false)], byRow);
    }

    private static IEnumerable<(int First, int Second)> Genuine(int[] identity) =>
        from members in Enumerable.Range(0, identity.Length).GroupBy(n => identity[n], (_, images) => images.ToArray())
        from a in Enumerable.Range(0, members.Length)
        from b in Enumerable.Range(a + 1, members.Length - a - 1)
        select (members[a], members[b]);

    private static List<(int First, int Second)> Impostor(int[] identity, int limit, Random random)
    {
        var n = (long)identity.Length;
        var genuine = identity.GroupBy(id => id).Sum(group => (long)group.Count() * (group.Count() - 1) / 2);
        var all = n * (n - 1) / 2 - genuine;
        if (all <= 2L * limit)
            return Sample(from a in Enumerable.Range(0, identity.Length)
                          from b in Enumerable.Range(a + 1, identity.Length - a - 1)
                          where identity[a] != identity[b]
                          select (a, b), limit, random);
        // Far more pairs than wanted: drawing and refusing repeats is quicker than listing them.
        var drawn = new HashSet<(int, int)>();
        while (drawn.Count < limit)
        {
            var (a, b) = (random.Next(identity.Length), random.Next(identity.Length));
            if (identity[a] != identity[b]) drawn.Add((Math.Min(a, b), Math.Max(a, b)));
        }
        return [.. drawn.Order()];
    }

    /// <summary>Reservoir sampling: every pair equally likely, one pass, memory for the sample only.</summary>
    private static List<(int First, int Second)> Sample(IEnumerable<(int, int)> pairs, int limit, Random random)
    {
        var (kept, seen) = (new List<(int, int)>(), 0L);
        foreach (var pair in pairs)
        {
            seen++;
            if (kept.Count < limit) kept.Add(pair);
            else if (random.NextInt64(seen) is var place && place < limit) kept[(int)place] = pair;
        }
        kept.Sort();
        return kept;
    }
}
