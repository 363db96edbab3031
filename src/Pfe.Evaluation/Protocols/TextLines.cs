namespace Pfe.Evaluation.Protocols;

/// <summary>A line of a text file with its number, from 1.</summary>
internal readonly record struct TextLine(int Number, string Text);

internal static class TextLines
{
    /// <summary>The lines of a file that are not blank, one at a time.</summary>
    /// <exception cref="PfeException">The file cannot be read.</exception>
    public static IEnumerable<TextLine> Read(string path)
    {
        using var reader = Open(path);
        for (var number = 1; reader.ReadLine() is { } line; number++)
            if (!string.IsNullOrWhiteSpace(line)) yield return new(number, line);
    }

    private static StreamReader Open(string path)
    {
        try
        {
            return new StreamReader(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PfeException($"cannot read '{path}': {e.Message}", e);
        }
    }
}
