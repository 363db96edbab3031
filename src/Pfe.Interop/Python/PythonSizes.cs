namespace Pfe.Interop.Python;

/// <summary>
/// What values come to when they are written out, where every use of a name is a copy: a few short lines of lists of lists, or of strings
/// of strings, stand for gigabytes, and a chain of them for a depth that no stack has.
/// </summary>
internal sealed class PythonSizes
{
    /// <summary>Values within values within values.</summary>
    public const int Deepest = 50;

    private const long MostValues = 100_000, MostLetters = 1_000_000;

    private readonly Dictionary<object, (long Values, int Depth)> _known = new(ReferenceEqualityComparer.Instance);
    private long _letters;

    /// <summary>Takes note of a list, tuple or dictionary that was just made; says what is wrong with it, or null.</summary>
    public string? Problem(object container)
    {
        var (values, depth) = (1L, 0);
        foreach (var item in Items(container))
        {
            var (within, below) = item is not null && _known.TryGetValue(item, out var known) ? known
                : (1L + (item as string ?? "").Length / 16, 0);
            (values, depth) = (values + within, Math.Max(depth, below));
        }
        _known[container] = (values, depth + 1);
        return values > MostValues ? $"written out, this is more than {MostValues} values" : depth + 1 > Deepest
            ? $"nested deeper than {Deepest}" : null;
    }

    /// <summary>Takes note of two strings that are to be joined; says what is wrong with that, or null.</summary>
    public string? Problem(string first, string second) =>
        (_letters += first.Length + second.Length) > MostLetters ? $"the joined strings come to more than {MostLetters} letters" : null;

    private static IEnumerable<object?> Items(object container) => container switch
    {
        PythonDictionary pairs => pairs.SelectMany(pair => new[] { pair.Key, pair.Value }),
        IEnumerable<object?> values => values,
        _ => [],
    };
}
