using System.Globalization;
using Pfe.Storage;

namespace Pfe.Calibration;

/// <summary>A pair that people were asked about because the numbers could not tell.</summary>
/// <param name="Score">The mutual likelihood score.</param>
/// <param name="Uncertainty1">Mean ln sigma^2 of the face in question.</param>
/// <param name="Uncertainty2">Mean ln sigma^2 of the template it was compared with.</param>
/// <param name="IsSame">What they decided.</param>
internal readonly record struct ReviewedPair(float Score, double Uncertainty1, double Uncertainty2, bool IsSame);

/// <summary>
/// Decisions of people as a file of comma-separated values, a heading and one pair a line. All pairs are of one model, whose checksum
/// stands in every line.
/// </summary>
/// <param name="ModelId">SHA-256 of the model, in lower-case hexadecimal.</param>
/// <param name="Pairs">The pairs, in any order.</param>
internal sealed record ReviewedPairs(string ModelId, IReadOnlyList<ReviewedPair> Pairs)
{
    private const string Heading = "score,uncertainty1,uncertainty2,same,model";

    /// <summary>The file's text.</summary>
    public string ToCsv() => string.Concat(
        Pairs.Select(pair => string.Create(CultureInfo.InvariantCulture,
            $"{pair.Score:R},{pair.Uncertainty1:R},{pair.Uncertainty2:R},{(pair.IsSame ? 1 : 0)},{ModelId}\n")).Prepend($"{Heading}\n"));

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PfeException">It cannot be read, is none, or holds pairs of several models; names the line.</exception>
    public static ReviewedPairs Load(string path)
    {
        var (model, pairs) = ((string?)null, new List<ReviewedPair>());
        foreach (var (number, text) in InputFile.Lines(path))
        {
            if (number == 1 && text != Heading) throw Refusal(path, number, $"the heading is '{Heading}'");
            if (number == 1 || text.Length == 0) continue;
            var words = text.Split(',');
            if (words.Length != 5 || words[4].Length == 0 || words[3] is not ("0" or "1"))
                throw Refusal(path, number, $"wanted are five values, {Heading}, same being 0 or 1");
            model ??= words[4];
            if (model != words[4]) throw Refusal(path, number, "it is of another model than the lines before; make one file a model");
            pairs.Add(new((float)Number(path, number, words[0]), Number(path, number, words[1]), Number(path, number, words[2]),
                words[3] == "1"));
        }
        return model is null ? throw new PfeException($"'{path}' holds no decision: decide some reviews first") : new(model, pairs);
    }

    /// <summary>The pairs as a fit wants them.</summary>
    public ScoredPairs Scored(Func<int, bool>? wanted = null)
    {
        var kept = Pairs.Where((_, n) => wanted?.Invoke(n) ?? true).ToArray();
        return new([.. kept.Select(pair => pair.Score)], [.. kept.Select(pair => pair.IsSame)],
            [.. kept.Select(pair => pair.Uncertainty1)], [.. kept.Select(pair => pair.Uncertainty2)]);
    }

    private static double Number(string path, int line, string word) =>
        double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 1e9 ? number
        : throw Refusal(path, line, $"'{word}' is no number that a score or an uncertainty can be");

    private static PfeException Refusal(string path, int line, string why) =>
        new($"'{path}', line {line}: not a file of reviewed pairs: {why}");
}
