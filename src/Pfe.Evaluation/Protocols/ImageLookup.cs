namespace Pfe.Evaluation.Protocols;

/// <summary>
/// Finds the face that a protocol file names. Protocols name images relative to a folder nobody has any more, with extensions that changed
/// on the way, so a name matches the tail of a path, with its extension where that is needed to tell two files apart.
/// </summary>
internal sealed class ImageLookup
{
    /// <summary>What <see cref="Find"/> returns for an image that is not there.</summary>
    public const int Missing = -1;

    private const int Ambiguous = -2;
    private readonly IReadOnlyList<string> _paths;
    private readonly Dictionary<int, (Dictionary<string, int> Exact, Dictionary<string, int> Stem)> _byDepth = [];

    /// <summary>Prepares to search paths.</summary>
    /// <param name="paths">Paths of the images that were embedded, in row order.</param>
    public ImageLookup(IReadOnlyList<string> paths) => _paths = paths;

    /// <summary>The row whose path ends in <paramref name="name"/>, by whole path components; <see cref="Missing"/> where there is
    /// none.</summary>
    /// <param name="name">A relative path as the protocol writes it, such as <c>img/8565.jpg</c> or
    /// <c>Abel_Pacheco/Abel_Pacheco_0001</c>.</param>
    /// <exception cref="PfeException">Two rows match equally well.</exception>
    public int Find(string name)
    {
        var wanted = Normalised(name);
        var (exact, stem) = AtDepth(wanted.Count(letter => letter == '/') + 1);
        var row = exact.GetValueOrDefault(wanted, Missing);
        if (row == Missing) row = stem.GetValueOrDefault(Stem(wanted), Missing);
        return row != Ambiguous ? row
            : throw new PfeException($"two embedded images match '{name}'; embed one folder only, or keep paths apart");
    }

    /// <summary>The sentence for a protocol none of whose images is there.</summary>
    internal string NothingFound(string example, int images) =>
        $"none of the protocol's {images} images is among the {_paths.Count} embedded ones: it wants paths that end like " +
            $"'{example}'{(_paths.Count > 0 ? $", the first embedded one is '{_paths[0]}'" : "")}";

    private (Dictionary<string, int> Exact, Dictionary<string, int> Stem) AtDepth(int depth)
    {
        if (_byDepth.TryGetValue(depth, out var known)) return known;
        var (exact, stem) = (new Dictionary<string, int>(_paths.Count, StringComparer.Ordinal),
            new Dictionary<string, int>(_paths.Count, StringComparer.Ordinal));
        for (var row = 0; row < _paths.Count; row++)
        {
            if (Tail(Normalised(_paths[row]), depth) is not { } tail) continue;
            Add(exact, tail, row);
            Add(stem, Stem(tail), row);
        }
        return _byDepth[depth] = (exact, stem);
    }

    private static void Add(Dictionary<string, int> rows, string key, int row)
    {
        if (!rows.TryAdd(key, row)) rows[key] = Ambiguous;
    }

    private static string Normalised(string path) => path.Replace('\\', '/').TrimStart('/');

    private static string? Tail(string path, int depth)
    {
        var start = path.Length;
        for (var component = 0; component < depth; component++)
        {
            if (start == 0) return null;
            start = path.LastIndexOf('/', start - 1);
            if (start < 0) return component == depth - 1 ? path : null;
        }
        return path[(start + 1)..];
    }

    private static string Stem(string path)
    {
        var (dot, slash) = (path.LastIndexOf('.'), path.LastIndexOf('/'));
        return dot > slash + 1 ? path[..dot] : path;
    }
}
