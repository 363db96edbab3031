using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pfe.Reporting.Figures;

/// <summary>Named columns and rows of numbers and words.</summary>
/// <param name="Columns">Names in snake_case.</param>
/// <param name="Rows">As many values a row as there are columns: numbers, strings, or null.</param>
internal sealed record DataTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows)
{
    /// <summary>The table as CSV with a header (RFC 4180, decimal points, LF).</summary>
    public string ToCsv()
    {
        var text = new StringBuilder(string.Join(',', Columns)).Append('\n');
        foreach (var row in Rows) text.Append(string.Join(',', row.Select(Cell))).Append('\n');
        return text.ToString();
    }

    /// <summary>Writes the table as a JSON array with one object a row.</summary>
    /// <param name="json">Where to.</param>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var row in Rows)
        {
            json.WriteStartObject();
            for (var i = 0; i < Columns.Count; i++) Write(json, Columns[i], row[i]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case string text: json.WriteString(name, text); break;
            case int number: json.WriteNumber(name, number); break;
            case double number when double.IsFinite(number): json.WriteNumber(name, Math.Round(number, 9)); break;
            default: json.WriteNull(name); break;
        }
    }

    private static string Cell(object? value) => value switch
    {
        null => "",
        double number => double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "",
        string text when text.AsSpan().ContainsAny(",\"\n\r") => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
