using Pfe.Evaluation.Protocols;
using Pfe.Storage;

namespace Pfe.Evaluation.Lfw;

/// <summary>One line of an LFW pairs file.</summary>
/// <param name="Fold">Fold, from 0.</param>
/// <param name="First">First image as <c>person/person_0001</c>, without extension.</param>
/// <param name="Second">Second image.</param>
/// <param name="Same">Whether both show one person.</param>
public readonly record struct LfwPair(int Fold, string First, string Second, bool Same);

/// <summary>
/// LFW's View 2 protocol file: <c>10 300</c>, then in each of 10 folds 300 genuine lines (<c>name n1 n2</c>) and 300 impostor lines
/// (<c>name1 n1 name2 n2</c>), tab- or space-separated. Files of the same form with other numbers are read as well.
/// </summary>
/// <param name="Folds">Number of folds.</param>
/// <param name="Pairs">All pairs, in the file's order.</param>
public sealed record LfwPairs(int Folds, IReadOnlyList<LfwPair> Pairs)
{
    /// <summary>Reads a pairs file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PfeException">Missing, or a line that does not belong; names file and line.</exception>
    public static LfwPairs Read(string path)
    {
        var lines = TextLines.Read(path).ToList();
        var header = lines.Count > 0 ? Fields(lines[0].Text) : [];
        if (header.Length != 2 || !int.TryParse(header[0], out var folds) || !int.TryParse(header[1], out var size) || folds < 2
            || size < 1)
            throw new PfeException($"'{path}', line 1: expected the number of folds and of pairs of each kind in a fold ('10 300'), got " +
                $"'{(lines.Count > 0 ? lines[0].Text : "")}'");
        if (lines.Count - 1 != 2L * folds * size)
            throw new PfeException($"'{path}' promises {folds} folds of 2 x {size} pairs, {2L * folds * size} lines; it has " +
                $"{lines.Count - 1} after the first");
        return new(folds, [.. lines.Skip(1).Select((line, index) => Parse(path, line, index / (2 * size), index / size % 2 == 0))]);
    }

    private static LfwPair Parse(string path, TextLine line, int fold, bool same)
    {
        var fields = Fields(line.Text);
        if (same && fields is [var name, var n1, var n2] && Image(name, n1) is { } a && Image(name, n2) is { } b)
            return new(fold, a, b, true);
        if (!same && fields is [var name1, var m1, var name2, var m2] && Image(name1, m1) is { } c && Image(name2, m2) is { } d)
            return new(fold, c, d, false);
        throw new PfeException($"'{path}', line {line.Number}: expected " +
            $"{(same ? "a genuine pair 'name n1 n2'" : "an impostor pair 'name1 n1 name2 n2'")}, got '{line.Text}'");
    }

    private static string? Image(string name, string number) =>
        int.TryParse(number, out var n) && n >= 0 ? $"{name}/{name}_{n:0000}" : null;

    private static string[] Fields(string line) =>
        [.. line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(field => field.Trim('"'))];
}
