using System.CommandLine;
using Pfe.Vision.Faces;

namespace Pfe.Cli;

/// <summary>Which images a command works on and where their landmarks come from; the same for align and embed.</summary>
internal static class FaceOptions
{
    private const int ShownFailures = 10;

    public static readonly Argument<string> Images =
        new("images") { Description = "A folder of images, or a text file with one path a line." };
    public static readonly Option<string?> Landmarks =
        new("--landmarks") { Description = "A landmark list, 'path x1 y1 ... x5 y5' a line; its paths are relative to the image folder." };
    public static readonly Option<bool> TransposeInput =
        new("--transpose-input") { Description = "The landmark list is 'path x1..x5 y1..y5'." };
    public static readonly Option<string?> Prefix = new("--prefix") { Description = "Folder that the paths of a list are relative to." };
    public static readonly Option<FaceSubset> Faces = new("--faces")
    {
        Description = "Which faces of a photograph: main (the large and central one), only (several are an error) or all.",
        DefaultValueFactory = _ => FaceSubset.Main,
    };
    public static readonly Option<int?> MinimumFace = new("--min-face")
    {
        Description = "Side of the smallest face to look for, in pixels; large photographs are looked through in tiles for it. " +
            "0 for no tiles.",
    };
    public static readonly Option<int> Workers = new("--workers") { Description = "Images worked on at the same time; 0 for one a core." };

    /// <summary>The images of the command line, with landmarks where a list gives them.</summary>
    public static IReadOnlyList<FaceSource> Sources(this ParseResult parsed)
    {
        var (images, prefix) = (parsed.GetRequiredValue(Images), parsed.GetValue(Prefix));
        if (parsed.GetValue(Landmarks) is { } list)
        {
            var root = prefix ?? images;
            if (!Directory.Exists(root)) throw new UsageException($"with --landmarks the images are a folder; '{root}' is none");
            return FaceSource.WithLandmarks(
                list, parsed.GetValue(TransposeInput) ? LandmarkOrder.Transposed : LandmarkOrder.Interleaved, root);
        }
        if (parsed.GetValue(TransposeInput))
            throw new UsageException("--transpose-input says how a landmark list is written; name the list with --landmarks");
        return File.Exists(images) ? FaceSource.InList(images, prefix) : FaceSource.InFolder(images);
    }

    /// <summary>Says what of the folder is left out: files that are no pictures by their names, pictures that a landmark list
    /// lacks.</summary>
    public static void SayUnlisted(this ParseResult parsed, Terminal terminal, IReadOnlyList<FaceSource> sources)
    {
        if (parsed.GetValue(Landmarks) is not { } list)
        {
            SayKinds(terminal, parsed.GetRequiredValue(Images));
            return;
        }
        if (parsed.GetValue(Prefix) is not null) return;
        var listed = sources.Select(source => source.Path).ToHashSet(StringComparer.Ordinal);
        var folder = parsed.GetRequiredValue(Images);
        IReadOnlyList<FaceSource> pictures;
        try { pictures = FaceSource.InFolder(folder); }
        // What the list names is done; a folder without a picture that is found by its name leaves nothing out.
        catch (PfeException) { return; }
        var unlisted = pictures.Where(picture => !listed.Contains(Path.GetFullPath(picture.Path))).ToList();
        if (unlisted.Count > 0)
            terminal.Say($"note: {unlisted.Count} of {pictures.Count} pictures in '{folder}' are not in '{list}' and are left out, " +
                $"'{unlisted[0].Name}' first");
    }

    /// <summary>Says that of several faces one was taken.</summary>
    public static void SaySeveralFaces(this Terminal terminal, int several)
    {
        if (several > 0)
            terminal.Say($"note: {several} photograph(s) show several faces; the main one was taken (--faces all takes every one)");
    }

    private static void SayKinds(Terminal terminal, string folder)
    {
        if (!Directory.Exists(folder)) return;
        FaceSource.InFolder(folder, out var skipped);
        if (skipped.Count > 0) terminal.Say($"note: {Kinds(skipped)} in '{folder}' left out: not read as pictures");
    }

    private static string Kinds(IReadOnlyDictionary<string, int> skipped) =>
        $"{skipped.Values.Sum()} file(s) (" + string.Join(", ", skipped.OrderByDescending(kind => kind.Value)
            .Select(kind => $"{kind.Value} {(kind.Key.Length == 0 ? "without extension" : kind.Key)}")) + ")";

    /// <summary>Names the first of the images that were left out.</summary>
    public static void SayFailures(this Terminal terminal, IReadOnlyList<FailedImage> failures)
    {
        foreach (var failure in failures.Take(ShownFailures)) terminal.Say($"left out: {failure.Name}: {failure.Reason}");
        if (failures.Count > ShownFailures) terminal.Say($"... and {failures.Count - ShownFailures} more; --json lists them all");
    }
}
