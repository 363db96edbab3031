using System.Globalization;
using System.Text;
using Pfe.Evaluation.Folder;
using Pfe.Storage;

namespace Pfe.Evaluation.Lfw;

/// <summary>How pairs are drawn.</summary>
internal sealed record PairDrawOptions
{
    /// <summary>Folds, no two of which share a person. Default 10, as LFW's.</summary>
    public int Folds { get; init; } = 10;

    /// <summary>Genuine pairs a fold, and as many impostor pairs. Default 300, as LFW's.</summary>
    public int PairsPerFold { get; init; } = 300;

    /// <summary>Same folder and seed, same file. Default 1.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>
/// Draws an LFW pairs file for a folder of persons: no person in two folds, no pair twice, every person of a fold equally likely, so that
/// one
/// with many images does not make most pairs.
/// </summary>
internal static class PairDraw
{
    /// <summary>Draws the pairs.</summary>
    /// <param name="images">The images, as <see cref="FolderImage.In"/> lists them.</param>
    /// <param name="options">How many, and the seed; null for LFW's numbers.</param>
    /// <returns>The file's text: LFW's form, tab-separated. An image <c>person/person_0001</c> goes by its number, any other by its
    /// name.</returns>
    /// <exception cref="PfeException">The folder has too few persons or images; the message says how many pairs it can give.</exception>
    public static string Draw(IReadOnlyList<FolderImage> images, PairDrawOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        options ??= new PairDrawOptions();
        if (options.Folds < 2 || options.PairsPerFold < 1)
            throw new InvalidConfigurationException(
                $"{options.Folds} folds of {options.PairsPerFold} pairs: at least 2 folds of 1 pair are wanted");
        var (random, numbered) = (new Random(options.Seed), Numbered(images));
        var folds = Deal(images, options.Folds, random);
        var most = folds.Min(persons => Math.Min(Genuine(persons), Impostor(persons)));
        if (most < options.PairsPerFold)
            throw new PfeException(
                $"the folder's {folds.Sum(persons => persons.Count)} persons give at most {most} pairs of each kind in each of " +
                    $"{options.Folds} folds, " +
                $"{options.PairsPerFold} are wanted: ask for fewer, or for fewer folds");
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{options.Folds}\t{options.PairsPerFold}\n");
        foreach (var persons in folds)
        {
            foreach (var (a, b) in DrawGenuine(persons, options.PairsPerFold, random)) text.Append(Join(a.Identity, Short(a), Short(b)));
            foreach (var (a, b) in DrawImpostor(persons, options.PairsPerFold, random)) text.Append(Join(a.Identity, Short(a), b.Identity,
                Short(b)));
        }
        return text.ToString();

        string Short(FolderImage image) => numbered ? Number(image)!.Value.ToString(CultureInfo.InvariantCulture) : FileName(image);
    }

    /// <summary>Draws the pairs of a folder and writes them.</summary>
    /// <param name="folder">A folder with a folder for each person.</param>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="options">See <see cref="Draw"/>.</param>
    public static void Save(string folder, string path, PairDrawOptions? options = null) =>
        AtomicFile.WriteText(path, Draw(FolderImage.In(folder), options));

    /// <summary>Persons with several images and others are dealt apart, so that every fold can give genuine pairs.</summary>
    private static List<List<FolderImage[]>> Deal(IReadOnlyList<FolderImage> images, int folds, Random random)
    {
        FolderImage[][] persons = [.. images.GroupBy(image => image.Identity, StringComparer.Ordinal).OrderBy(person => person.Key,
            StringComparer.Ordinal)
            .Select(person => person.ToArray())];
        random.Shuffle(persons);
        var dealt = Enumerable.Range(0, folds).Select(_ => new List<FolderImage[]>()).ToList();
        foreach (var (person, index) in persons.OrderByDescending(person => person.Length > 1)
            .Select((person, index) => (person, index))) dealt[index % folds].Add(person);
        return dealt;
    }

    private static long Genuine(List<FolderImage[]> persons) => persons.Sum(person => (long)person.Length * (person.Length - 1) / 2);

    private static long Impostor(List<FolderImage[]> persons)
    {
        var all = persons.Sum(person => (long)person.Length);
        return (all * all - persons.Sum(person => (long)person.Length * person.Length)) / 2;
    }

    private static IEnumerable<(FolderImage, FolderImage)> DrawGenuine(List<FolderImage[]> persons, int count, Random random)
    {
        // Each person's pairs in a random order; a person whose pairs are used up is drawn no more.
        var left = persons.Where(person => person.Length > 1).Select(person => new Queue<(FolderImage, FolderImage)>(Shuffled(
            (from i in Enumerable.Range(0, person.Length)
             from j in Enumerable.Range(i + 1, person.Length - i - 1)
             select (person[i], person[j])).ToArray(), random))).ToList();
        for (var n = 0; n < count; n++)
        {
            var person = random.Next(left.Count);
            yield return left[person].Dequeue();
            if (left[person].Count == 0) left.RemoveAt(person);
        }
    }

    private static IEnumerable<(FolderImage, FolderImage)> DrawImpostor(List<FolderImage[]> persons, int count, Random random)
    {
        // Where nearly all pairs are wanted, drawing until a new one comes would take long: then all are listed and shuffled.
        if (Impostor(persons) < 4L * count) return Shuffled(All(persons).ToArray(), random).Take(count);
        return Distinct();

        IEnumerable<(FolderImage, FolderImage)> Distinct()
        {
            var seen = new HashSet<(string, string)>();
            while (seen.Count < count)
            {
                var (p, q) = (random.Next(persons.Count), random.Next(persons.Count));
                if (p == q) continue;
                var (a, b) = (persons[p][random.Next(persons[p].Length)], persons[q][random.Next(persons[q].Length)]);
                if (seen.Contains((b.Name, a.Name)) || !seen.Add((a.Name, b.Name))) continue;
                yield return (a, b);
            }
        }
    }

    private static IEnumerable<(FolderImage, FolderImage)> All(List<FolderImage[]> persons) =>
        from p in Enumerable.Range(0, persons.Count)
        from q in Enumerable.Range(p + 1, persons.Count - p - 1)
        from a in persons[p]
        from b in persons[q]
        select (a, b);

    private static T[] Shuffled<T>(T[] values, Random random)
    {
        random.Shuffle(values);
        return values;
    }

    private static bool Numbered(IReadOnlyList<FolderImage> images) => images.All(image => Number(image) is not null)
        && images.Select(image => (image.Identity, Number(image))).Distinct().Count() == images.Count;

    /// <summary>n of <c>person/person_000n.jpg</c>; null for another name.</summary>
    private static int? Number(FolderImage image)
    {
        var stem = Path.GetFileNameWithoutExtension(image.Name);
        return int.TryParse(stem[(stem.LastIndexOf('_') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && stem == $"{image.Identity}_{number:0000}" ? number : null;
    }

    private static string FileName(FolderImage image) => Path.GetFileName(image.Name);

    private static string Join(params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
            if (field.AsSpan().IndexOfAny("\t\r\n") >= 0) throw new PfeException(
                $"the name '{field}' holds a tab or a line end, which a pairs file cannot hold");
        return string.Join('\t', fields) + "\n";
    }
}
