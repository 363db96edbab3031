using System.Globalization;
using Pfe.Calibration;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;
using Pfe.Evaluation.Protocols;
using Pfe.Evaluation.Templates;
using Pfe.Fusion;
using Pfe.Storage;

namespace Pfe.Evaluation.InsightFace;

/// <summary>The two text files in which InsightFace hands out IJB-B and IJB-C 1:1; columns are separated by blanks, there is no
/// header.</summary>
/// <param name="Name">Name of the protocol, for the result.</param>
/// <param name="Images">"image template media" a line: <c>ijbc_face_tid_mid.txt</c>.</param>
/// <param name="Pairs">"template1 template2 label" a line, label 1 for one person, 0 for two: <c>ijbc_template_pair_label.txt</c>.</param>
internal sealed record InsightFaceIjbFiles(string Name, string Images, string Pairs)
{
    private const string ImagesEnd = "_face_tid_mid.txt", PairsEnd = "_template_pair_label.txt";

    /// <summary>The two files in a folder such as InsightFace's <c>IJBC/meta</c>.</summary>
    /// <param name="folder">Holds one file *_face_tid_mid.txt and one *_template_pair_label.txt, or a folder <c>meta</c> with them.</param>
    /// <exception cref="PfeException">One of them is missing, or there are several.</exception>
    public static InsightFaceIjbFiles In(string folder)
    {
        var meta = Path.Combine(folder, "meta");
        if (Directory.Exists(meta)) folder = meta;
        var images = Only(folder, ImagesEnd);
        var set = Path.GetFileName(images)[..^ImagesEnd.Length].ToUpperInvariant();
        return new($"{(set.StartsWith("IJB", StringComparison.Ordinal) ? set.Insert(3, "-") : set)} 1:1, InsightFace's files", images,
            Only(folder, PairsEnd));
    }

    private static string Only(string folder, string end)
    {
        string[] found = Directory.Exists(folder)
            ? Directory.GetFiles(folder, "*" + end) : throw new PfeException($"there is no folder '{folder}'");
        return found.Length == 1 ? found[0]
            : throw new PfeException($"'{folder}' holds {found.Length} files *{end}; one is wanted: name both files instead");
    }
}

/// <summary>IJB-B and IJB-C 1:1 from InsightFace's text files: TAR at FAR 1e-6 to 1e-1 on one list of labelled template pairs.</summary>
internal static class InsightFaceIjb
{
    /// <summary>The false accept rates that are printed, as in InsightFace's own tables.</summary>
    public static IReadOnlyList<double> Fars { get; } = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];

    /// <summary>Evaluates the list.</summary>
    /// <param name="files">The protocol's files.</param>
    /// <param name="faces">The images' embeddings.</param>
    /// <param name="rule">How variances combine.</param>
    /// <param name="bootstrap">How to make intervals; over pairs, as the files do not tell identities. Null for none.</param>
    /// <param name="calibration">Judged on the pairs as well; null where there is none.</param>
    /// <param name="progress">Told the methods that are done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">A bad line, named by file and number, or images of which none was embedded.</exception>
    public static TemplateResult Evaluate(
        InsightFaceIjbFiles files, EmbeddingSet faces, VarianceRule rule = VarianceRule.Minimum, BootstrapOptions? bootstrap = null,
        ScoreCalibration? calibration = null, IProgress<TemplateMethod>? progress = null, CancellationToken cancellation = default)
    {
        var templates = ReadImages(files.Images, faces.Paths, cancellation);
        templates.RequireImages();
        return TemplateResult.Of(files.Name, faces, templates, ReadPairs(files.Pairs, templates, cancellation), Fars, rule, bootstrap,
            calibration, progress, cancellation: cancellation);
    }

    private static TemplateList ReadImages(string path, IReadOnlyList<string> embedded, CancellationToken cancellation)
    {
        const string Form = "'image template media', as in '1.jpg 1 69544'";
        var builder = new TemplateListBuilder(new ImageLookup(embedded));
        Span<Range> fields = stackalloc Range[4];
        foreach (var line in TextLines.Read(path))
        {
            cancellation.ThrowIfCancellationRequested();
            var text = line.Text.AsSpan();
            if (text.SplitAny(fields, " \t", StringSplitOptions.RemoveEmptyEntries) != 3) throw Bad(path, line, Form);
            builder.Add(Number(path, line, text[fields[1]], Form), null, Number(path, line, text[fields[2]], Form),
                text[fields[0]].ToString());
        }
        return builder.Build();
    }

    private static PairList ReadPairs(string path, TemplateList templates, CancellationToken cancellation)
    {
        const string Form = "'template1 template2 label' with label 1 (same) or 0, as in '1 11065 1'";
        var (first, second, same) = (new List<int>(), new List<int>(), new List<bool>());
        Span<Range> fields = stackalloc Range[4];
        foreach (var line in TextLines.Read(path))
        {
            cancellation.ThrowIfCancellationRequested();
            var text = line.Text.AsSpan();
            if (text.SplitAny(fields, " \t", StringSplitOptions.RemoveEmptyEntries) != 3) throw Bad(path, line, Form);
            first.Add(Index(path, line, Number(path, line, text[fields[0]], Form), templates));
            second.Add(Index(path, line, Number(path, line, text[fields[1]], Form), templates));
            same.Add(text[fields[2]] switch { "1" => true, "0" => false, _ => throw Bad(path, line, Form) });
        }
        return new([.. first], [.. second], [.. same], null);
    }

    private static int Index(string path, TextLine line, int id, TemplateList templates) => templates.IndexOf(id) is >= 0 and var index
        ? index
        : throw new PfeException($"'{path}', line {line.Number}: template {id} has no image in the other file; do the two belong to one " +
            "protocol?");

    private static int Number(string path, TextLine line, ReadOnlySpan<char> text, string form) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Bad(path, line, form);

    private static PfeException Bad(string path, TextLine line, string form) =>
        new($"'{path}', line {line.Number}: expected {form}, got '{(line.Text.Length > 80 ? line.Text[..80] + "..." : line.Text)}'");
}
