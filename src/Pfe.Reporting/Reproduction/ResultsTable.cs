using System.Globalization;
using System.Text;

namespace Pfe.Reporting.Reproduction;

/// <summary>One row of the reference's table.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Method">Baseline: cosine, and the average of a template's images. PFE: MLS, and uncertainty pooling.</param>
/// <param name="LfwAccuracy">LFW, mean accuracy over the folds, 0 to 1.</param>
/// <param name="LfwDeviation">Standard deviation over the folds.</param>
/// <param name="Tar">TAR at FAR 0.1 % on templates; null without a benchmark of templates.</param>
/// <param name="TarDeviation">Standard deviation over the splits (IJB-A).</param>
/// <param name="TarLow">Lower end of the interval (one list of pairs).</param>
/// <param name="TarHigh">Upper end.</param>
internal sealed record ResultsRow(string Model, string Method, double LfwAccuracy, double LfwDeviation, double? Tar = null,
    double? TarDeviation = null, double? TarLow = null, double? TarHigh = null);

/// <summary>The results table of the reference's README, measured.</summary>
/// <param name="Lfw">The protocol behind the first column.</param>
/// <param name="Templates">The protocol behind the second; null without one.</param>
/// <param name="Rows">Two rows a model.</param>
/// <param name="Notes">What a reader should know before believing the numbers.</param>
internal sealed record ResultsTable(string Lfw, string? Templates, IReadOnlyList<ResultsRow> Rows, IReadOnlyList<string> Notes)
{
    /// <summary>The FAR of the second column.</summary>
    public const double Far = 1e-3;

    private string[] Header => Templates is null ? ["Model", "Method", "LFW"] : ["Model", "Method", "LFW", $"{Templates}, TAR@FAR 0.1 %"];

    /// <summary>The table as aligned text.</summary>
    public string ToText()
    {
        string[][] lines = [Header, .. Rows.Select(Cells)];
        int[] widths = [.. Header.Select((_, column) => lines.Max(line => line[column].Length))];
        var text = new StringBuilder();
        foreach (var line in lines) text.AppendJoin("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()
            .Append('\n');
        foreach (var note in Notes) text.Append("note: ").Append(note).Append('\n');
        return text.ToString();
    }

    /// <summary>The table as Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        void Line(IEnumerable<string> cells) => text.Append("| ")
            .AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
        Line(Header);
        Line(Header.Select(_ => "---"));
        foreach (var row in Rows) Line(Cells(row));
        foreach (var note in Notes) text.Append("\n* ").Append(note);
        return Notes.Count > 0 ? text.Append('\n').ToString() : text.ToString();
    }

    private string[] Cells(ResultsRow row)
    {
        string[] cells = [row.Model, row.Method, $"{Percent(row.LfwAccuracy)} ± {Percent(row.LfwDeviation)}"];
        if (Templates is null) return cells;
        return [.. cells, (row.Tar, row.TarDeviation, row.TarLow, row.TarHigh) switch
        {
            ({ } tar, { } deviation, _, _) => $"{Percent(tar)} ± {Percent(deviation)}",
            ({ } tar, _, { } low, { } high) => $"{Percent(tar)} [{Percent(low)}, {Percent(high)}]",
            ({ } tar, _, _, _) => Percent(tar),
            _ => "",
        }];
    }

    private static string Percent(double share) => (100 * share).ToString("0.00", CultureInfo.InvariantCulture);
}

internal static class TextBuilding
{
    public static StringBuilder TrimEnd(this StringBuilder text)
    {
        while (text.Length > 0 && text[^1] == ' ') text.Length--;
        return text;
    }
}
