using System.Globalization;
using Pfe.Evaluation.Protocols;
using Pfe.Evaluation.Templates;

namespace Pfe.Evaluation.Ijb;

/// <summary>The comma-separated files of the IJB protocols.</summary>
internal static class IjbTable
{
    /// <summary>Adds a metadata file's rows: TEMPLATE_ID, SUBJECT_ID, FILE or FILENAME, MEDIA_ID or SIGHTING_ID; other columns are
    /// ignored.</summary>
    /// <param name="path">The file.</param>
    /// <param name="templates">Receives the rows.</param>
    /// <remarks>
    /// An image goes by its name in the protocol (<c>img/8565.jpg</c>) or by the name that the IJB-A crop tool gives it
    /// (<c>1673/img_8565.jpg</c>).
    /// </remarks>
    public static void AddImages(string path, TemplateListBuilder templates)
    {
        using var lines = TextLines.Read(path).GetEnumerator();
        if (!lines.MoveNext()) throw new PfeException($"'{path}' is empty; a header line with TEMPLATE_ID, SUBJECT_ID and FILE or " +
            "FILENAME is expected");
        var header = lines.Current.Text.Split(',').Select(name => name.Trim().ToUpperInvariant()).ToList();
        var (template, subject) = (Column(path, header, "TEMPLATE_ID"), Column(path, header, "SUBJECT_ID"));
        var (file, medium) = (Column(path, header, "FILENAME", "FILE"), Column(path, header, "MEDIA_ID", "SIGHTING_ID"));
        while (lines.MoveNext())
        {
            var (fields, line) = (lines.Current.Text.Split(','), lines.Current.Number);
            if (fields.Length < header.Count)
                throw new PfeException($"'{path}', line {line}: {fields.Length} fields, the header has {header.Count}");
            var (name, identity) = (fields[file].Trim(), fields[subject].Trim());
            templates.Add(Number(path, line, header[template], fields[template]), identity,
                (int)Number(path, line, header[medium], fields[medium]),
                $"{identity}/{name.Replace('/', '_')}", name);
        }
    }

    /// <summary>Reads a file of template pairs, <c>id,id</c> a line, and looks the templates up.</summary>
    /// <param name="path">The file.</param>
    /// <param name="templates">The templates.</param>
    public static Pairs.PairList ReadPairs(string path, TemplateList templates)
    {
        var identities = templates.Identities ?? throw new InvalidOperationException("IJB metadata always names subjects");
        var (first, second, same) = (new List<int>(), new List<int>(), new List<bool>());
        foreach (var line in TextLines.Read(path))
        {
            var comma = line.Text.IndexOf(',', StringComparison.Ordinal);
            if (comma < 0) throw new PfeException($"'{path}', line {line.Number}: expected two template numbers, 'id,id', got " +
                $"'{line.Text}'");
            first.Add(Index(path, line.Number, line.Text.AsSpan(0, comma), templates));
            second.Add(Index(path, line.Number, line.Text.AsSpan(comma + 1), templates));
            same.Add(identities[first[^1]] == identities[second[^1]]);
        }
        return new([.. first], [.. second], [.. same], identities);
    }

    private static int Index(string path, int line, ReadOnlySpan<char> text, TemplateList templates)
    {
        var id = Number(path, line, "template", text);
        var index = templates.IndexOf(id);
        return index >= 0 ? index : throw new PfeException($"'{path}', line {line}: template {id} is in no metadata file");
    }

    private static long Number(string path, int line, string column, ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new PfeException($"'{path}', line {line}: {column} should be a whole number, got '{text}'");

    private static int Column(string path, List<string> header, params string[] names)
    {
        foreach (var name in names)
            if (header.IndexOf(name) is >= 0 and var column) return column;
        throw new PfeException($"'{path}', line 1: no column {string.Join(" or ", names)} among {string.Join(", ", header)}");
    }
}
