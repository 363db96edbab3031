using Pfe.Storage;

namespace Pfe.Evaluation.Protocols;

internal static class TextLines
{
    /// <summary>The lines of a file that are not blank, one at a time.</summary>
    /// <exception cref="PfeException">The file cannot be read, or is not text.</exception>
    public static IEnumerable<TextLine> Read(string path) => InputFile.Lines(path).Where(line => !string.IsNullOrWhiteSpace(line.Text));
}
