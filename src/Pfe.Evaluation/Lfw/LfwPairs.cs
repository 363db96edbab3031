using Pfe.Evaluation.Protocols;
using Pfe.Storage;

namespace Pfe.Evaluation.Lfw;

/// <summary>One line of an LFW pairs file.</summary>
/// <param name="Fold">Fold, from 0.</param>
/// <param name="First">First image as <c>person/person_0001</c>, without extension, or <c>person/file.jpg</c> where the line names the
/// file.</param>
/// <param name="Second">Second image.</param>
/// <param name="Same">Whether both show one person.</param>
public readonly record struct LfwPair(int Fold, string First, string Second, bool Same);

/// <summary>
/// LFW's protocol files. View 2: <c>10 300</c>, then in each of 10 folds 300 genuine lines (<c>name n1 n2</c>) and 300 impostor lines
/// (<c>name1 n1 name2 n2</c>), tab- or space-separated. View 1 (<c>pairsDevTrain.txt</c>, <c>pairsDevTest.txt</c>): one number, then as
/// many
/// lines of each kind. Files of the same forms with other numbers are read as well, and a file's name may stand for its number.
/// </summary>
/// <param name="Folds">Number of folds; 1 for View 1.</param>
/// <param name="Pairs">All pairs, in the file's order.</param>
public sealed record LfwPairs(int Folds, IReadOnlyList<LfwPair> Pairs)
{
    /// <summary>Reads a pairs file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PfeException">Missing, or a line that does not belong; names file and line.</exception>
    public static LfwPairs Read(string path)
    {
        var lines = TextLines.Read(path).ToList();
        var (folds, size) = Header(lines.Count > 0 ? lines[0].Text : "", path);
        if (lines.Count - 1 != 2L * folds * size)
            throw new PfeException(
                $"'{path}' promises {folds} {(folds == 1 ? "list" : "folds")} of 2 x {size} pairs, {2L * folds * size} lines; " +
                $"it has {lines.Count - 1} after the first");
        return new(folds, [.. lines.Skip(1).Select((line, index) => Parse(path, line, index / (2 * size), index / size % 2 == 0))]);
    }

    private static (int Folds, int Size) Header(string line, string path)
    {
        int[] numbers = [.. Fields(line).Select(field => int.TryParse(field, out var number) ? number : -1)];
        return numbers switch
        {
            [>= 2 and var folds, >= 1 and var size] => (folds, size),
            [>= 1 and var size] => (1, size),
            _ => throw new PfeException($"'{path}', line 1: expected the number of folds and of pairs of each kind in a fold ('10 300'), " +
                $"or for View 1 that of pairs alone ('500'), got '{line}'"),
        };
    }

    private static LfwPair Parse(string path, TextLine line, int fold, bool same)
    {
        var fields = Fields(line.Text);
        if (same && fields is [var name, var n1, var n2] && Image(name, n1) is { } a && Image(name, n2) is { } b) return new(fold, a, b,
            true);
        if (!same && fields is [var name1, var m1, var name2, var m2] && Image(name1, m1) is { } c && Image(name2, m2) is { } d)
            return new(fold, c, d, false);
        throw new PfeException($"'{path}', line {line.Number}: expected " +
            $"{(same ? "a genuine pair 'name n1 n2'" : "an impostor pair 'name1 n1 name2 n2'")}, got '{line.Text}'");
    }

    /// <summary>LFW counts a person's images; a file's name is told from a mistyped number by its extension.</summary>
    private static string? Image(string name, string image) =>
        int.TryParse(image, out var n) ? n >= 0 ? $"{name}/{name}_{n:0000}" : null : image.Contains('.') ? $"{name}/{image}" : null;

    // LFW's files separate by tabs, which leaves names their spaces; copies of them often have spaces instead, and tables quotes.
    private static string[] Fields(string line) => [.. (line.Contains('\t')
        ? line.Split('\t', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        : line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(field => field.Trim('"'))];
}
