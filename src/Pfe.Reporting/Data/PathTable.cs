using System.Globalization;
using Pfe.Storage;

namespace Pfe.Reporting.Data;

/// <summary>A user's CSV file that says one thing of each image: a column <c>path</c> and another one.</summary>
internal sealed class PathTable
{
    private readonly string _file;
    private readonly string _column;
    private readonly Dictionary<string, (string Value, int Line)> _values = new(StringComparer.Ordinal);

    private PathTable(string file, string column) => (_file, _column) = (file, column);

    public static PathTable Read(string file, string column)
    {
        if (!File.Exists(file)) throw new InvalidConfigurationException($"there is no file '{file}'");
        var table = new PathTable(file, column);
        var lines = InputFile.Lines(file).Select(line => (Fields: line.Text.Split(','), Line: line.Number))
            .Where(line => line.Fields is not [""])
            .ToList();
        var header = lines.Count > 0 ? Array.ConvertAll(lines[0].Fields, name => name.Trim().ToLowerInvariant()) : [];
        var (path, value) = (Array.IndexOf(header, "path"), Array.IndexOf(header, column));
        if (path < 0 || value < 0)
            throw new PfeException($"'{file}', line 1: expected the columns path and {column}, got '{string.Join(',', header)}'");
        foreach (var (fields, line) in lines.Skip(1))
        {
            if (fields.Length != header.Length)
                throw new PfeException($"'{file}', line {line}: expected {header.Length} fields, got {fields.Length}");
            table._values[fields[path].Trim()] = (fields[value].Trim(), line);
        }
        return table;
    }

    /// <summary>The word of each path, null where the table has none; at least one path must be there.</summary>
    public string?[] Words(IReadOnlyList<string> paths)
    {
        string?[] words = [.. paths.Select(
            path => _values.TryGetValue(path, out var entry) && entry.Value.Length > 0 ? entry.Value : null)];
        return words.Any(word => word is not null)
            ? words : throw new PfeException($"'{_file}' names none of the images; its paths must be like '{paths[0]}'");
    }

    /// <summary>How many lines are about none of the paths.</summary>
    public int UnmatchedCount(IReadOnlyList<string> paths) => _values.Keys.Except(paths, StringComparer.Ordinal).Count();

    /// <summary>The number of each path; all must be there, as a curve needs every pair.</summary>
    public double[] Numbers(IReadOnlyList<string> paths) => [.. paths.Select(path =>
    {
        if (!_values.TryGetValue(path, out var entry))
            throw new PfeException($"'{_file}' says nothing of '{path}'; a {_column} is needed for every image");
        return double.TryParse(entry.Value, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number
            : throw new PfeException($"'{_file}', line {entry.Line}: '{entry.Value}' is no number");
    })];
}
