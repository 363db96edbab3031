using System.Globalization;
using Pfe.Storage;

namespace Pfe.Training.Runs;

/// <summary>The tables of a run: a header, then lines that begin with the step they belong to.</summary>
internal static class CsvLines
{
    /// <summary>The header and the lines up to a step. A last line that a killed run left half-written is none, and neither is one of
    /// another kind.</summary>
    public static string Until(string path, int step)
    {
        var text = InputFile.Text(path);
        var lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(lines.Where((line, i) => i == 0 || Step(line) <= step).Select(line => line.TrimEnd('\r') + "\n"));
    }

    private static int Step(string line) =>
        int.TryParse(line.Split(',')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : int.MaxValue;
}
