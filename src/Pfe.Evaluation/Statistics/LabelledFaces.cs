using Pfe.Evaluation.Pairs;

namespace Pfe.Evaluation.Statistics;

/// <summary>Who is on each image: the folder an image lies in names the person, as in LFW, CelebA and every folder of class
/// folders.</summary>
/// <param name="Names">The persons, in the order in which they first occur.</param>
/// <param name="Identities">A number into <see cref="Names"/> for each row.</param>
public sealed record LabelledFaces(IReadOnlyList<string> Names, int[] Identities)
{
    /// <summary>Reads the persons off the paths.</summary>
    /// <param name="paths">Paths of the rows.</param>
    /// <exception cref="PfeException">An image lies in no folder.</exception>
    public static LabelledFaces FromFolders(IReadOnlyList<string> paths)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var identities = new int[paths.Count];
        for (var row = 0; row < identities.Length; row++)
        {
            var folder = Path.GetDirectoryName(paths[row].Replace('\\', '/'));
            if (string.IsNullOrEmpty(folder))
                throw new PfeException($"image '{paths[row]}' lies in no folder, so nobody is named; expected paths like person/image.jpg");
            if (!numbers.TryGetValue(folder, out var number)) numbers[folder] = number = numbers.Count;
            identities[row] = number;
        }
        return new([.. numbers.Keys], identities);
    }

    /// <summary>
    /// Genuine and impostor pairs, all of them where they are few enough, otherwise a random sample without repetition; the same arguments
    /// give the same pairs. Genuine pairs are drawn evenly over images, so persons with many images count more, as in use.
    /// </summary>
    /// <param name="genuine">The most genuine pairs.</param>
    /// <param name="impostor">The most impostor pairs.</param>
    /// <param name="seed">Of the sample.</param>
    /// <exception cref="PfeException">There are no pairs of one kind.</exception>
    public PairList Pairs(int genuine = 50_000, int impostor = 300_000, int seed = 1)
    {
        var random = new Random(seed);
        var mates = SampleGenuine(genuine, random);
        var others = SampleImpostor(impostor, random);
        if (mates.Count == 0 || others.Count == 0)
            throw new PfeException($"{Identities.Length} images of {Names.Count} persons make {mates.Count} genuine and {others.Count} " +
                "impostor pairs; both kinds are needed: at least two persons, and two images of one");
        var all = mates.Concat(others).ToArray();
        return new([.. all.Select(pair => pair.First)], [.. all.Select(pair => pair.Second)], [.. all.Select((_, n) => n < mates.Count)],
            Identities);
    }

    private List<(int First, int Second)> SampleGenuine(int most, Random random)
    {
        var sample = new List<(int, int)>();
        var seen = 0L;
        foreach (var rows in RowsByIdentity())
        {
            for (var i = 0; i < rows.Length; i++)
            {
                for (var j = i + 1; j < rows.Length; j++)
                {
                    // Reservoir sampling: bounded memory however many pairs there are.
                    seen++;
                    if (sample.Count < most) sample.Add((rows[i], rows[j]));
                    else if (random.NextInt64(seen) is var at && at < most) sample[(int)at] = (rows[i], rows[j]);
                }
            }
        }
        return sample;
    }

    private List<(int First, int Second)> SampleImpostor(int most, Random random)
    {
        var count = Identities.Length;
        var sample = new List<(int, int)>();
        if ((long)count * (count - 1) / 2 <= 4L * most)
        {
            var seen = 0L;
            for (var i = 0; i < count; i++)
            {
                for (var j = i + 1; j < count; j++)
                {
                    if (Identities[i] == Identities[j]) continue;
                    seen++;
                    if (sample.Count < most) sample.Add((i, j));
                    else if (random.NextInt64(seen) is var at && at < most) sample[(int)at] = (i, j);
                }
            }
            return sample;
        }
        var taken = new HashSet<long>();
        // Among so many pairs nearly every draw is new; the limit only ends the search where almost all images are of one person.
        for (var draw = 0L; draw < 20L * most && sample.Count < most; draw++)
        {
            var (i, j) = (random.Next(count), random.Next(count));
            if (i > j) (i, j) = (j, i);
            if (Identities[i] != Identities[j] && taken.Add((long)i * count + j)) sample.Add((i, j));
        }
        return sample;
    }

    /// <summary>The rows of each person.</summary>
    public IEnumerable<int[]> RowsByIdentity() =>
        Identities.Select((identity, row) => (identity, row)).GroupBy(entry => entry.identity, entry => entry.row)
            .Select(group => group.ToArray());
}
