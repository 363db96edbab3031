using Pfe.Storage;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>One image to work on, and what is known of the face in it.</summary>
/// <param name="Name">The name under which results are recorded, with forward slashes: the path relative to the folder or as the list gives
/// it.</param>
/// <param name="Path">Where the file lies.</param>
/// <param name="Landmarks">The face's landmarks; null to detect it.</param>
public sealed record FaceSource(string Name, string Path, FiveLandmarks? Landmarks = null)
{
    /// <summary>Whether a file is a picture that is read, by its extension.</summary>
    /// <param name="path">The file.</param>
    public static bool IsPicture(string path) => FolderWalk.IsPicture(path);

    /// <summary>The photograph, to be read when it is needed.</summary>
    /// <exception cref="UnreadableImageException">It is a pipe or a device among others, which may never end.</exception>
    internal ImageInput Open() => Name != Path && AtomicFile.IsDevice(Path)
        ? throw new UnreadableImageException(Path, "it is a pipe or a device, not a file") : ImageInput.FromFile(Path);

    /// <summary>Every picture below a folder, ordered by name.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="PfeException">There is no such folder, or no picture in it.</exception>
    public static IReadOnlyList<FaceSource> InFolder(string folder) => InFolder(folder, out _);

    /// <summary>Every picture below a folder, ordered by name, and what else is there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="skipped">The files that are no pictures by their names, counted by their extension ("" for none).</param>
    /// <exception cref="PfeException">There is no such folder, or no picture in it.</exception>
    public static IReadOnlyList<FaceSource> InFolder(string folder, out IReadOnlyDictionary<string, int> skipped)
    {
        // What an earlier run noted of its pictures is no file that anybody misses.
        var files = FolderWalk.Files(folder).Where(path => System.IO.Path.GetFileName(path) != OutputRecord.FileName)
            .ToLookup(IsPicture);
        skipped = files[false].CountBy(path => System.IO.Path.GetExtension(path).ToLowerInvariant()).ToDictionary();
        var found = files[true]
            .Select(path => new FaceSource(System.IO.Path.GetRelativePath(folder, path).Replace('\\', '/'), path))
            .OrderBy(source => source.Name, StringComparer.Ordinal).ToList();
        return found.Count > 0 ? found : throw new PfeException($"there is no picture (.jpg, .png, .webp, .bmp, .gif) in '{folder}'");
    }

    /// <summary>The images of a text file, one path a line; a label behind the path is ignored.</summary>
    /// <param name="list">The text file.</param>
    /// <param name="root">What relative paths are relative to; null for the list's own folder.</param>
    /// <exception cref="PfeException">The list is missing or empty.</exception>
    public static IReadOnlyList<FaceSource> InList(string list, string? root = null)
    {
        if (IsPicture(list) && File.Exists(list))
            throw new PfeException($"'{list}' is a picture; a folder of pictures or a text file with one path a line is wanted");
        var folder = root ?? System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(list))!;
        var found = InputFile.Lines(list).Select(line => line with { Text = line.Text.Trim() }).Where(line => line.Text.Length > 0)
            .Select(line => (Name: WithoutLabel(line.Text), line.Number))
                .Select(line => new FaceSource(line.Name, Place(folder, line.Name))).ToList();
        return found.Count > 0 ? found : throw new PfeException($"'{list}' is empty; one image path a line is wanted");
    }

    /// <summary>The images of a landmark list.</summary>
    /// <param name="list">The landmark list; see <see cref="LandmarkList"/>.</param>
    /// <param name="order">The order of its numbers.</param>
    /// <param name="root">What its paths are relative to (the reference's <c>--prefix</c>).</param>
    /// <exception cref="PfeException">The list is missing or malformed.</exception>
    internal static IReadOnlyList<FaceSource> WithLandmarks(string list, LandmarkOrder order, string root) =>
        [.. LandmarkList.Read(list, order)
            .Select(line => new FaceSource(line.Path.Replace('\\', '/'), Place(root, line.Path), line.Landmarks))];

    // A list that is no list of paths (a picture, an archive) has bytes in it that no path has.
    private static string Place(string root, string name) => name.Contains('\0', StringComparison.Ordinal)
        ? throw new PfeException($"'{name}' is no path: it holds a zero byte")
        : name.StartsWith("~/", StringComparison.Ordinal)
        ? System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), name[2..])
        : System.IO.Path.GetFullPath(System.IO.Path.Combine(root, name));

    /// <summary>"path label" with a whole number as label.</summary>
    private static string WithoutLabel(string line) =>
        line.LastIndexOfAny([' ', '\t']) is var blank and > 0 && line.AsSpan(blank + 1).IndexOfAnyExceptInRange('0', '9') < 0
            ? line[..blank].TrimEnd() : line;
}

/// <summary>An image that was left out of a run.</summary>
/// <param name="Name">Its name in the run.</param>
/// <param name="Reason">Why.</param>
public sealed record FailedImage(string Name, string Reason)
{
    /// <summary>The error of a run in which every image failed.</summary>
    /// <param name="what">How many of what should have been done.</param>
    /// <param name="failures">At least one.</param>
    internal static PfeException None(string what, IReadOnlyList<FailedImage> failures) =>
        new($"none of {what}; the first: {failures[0].Name}: {failures[0].Reason}");
}

/// <summary>How far a run over many images is.</summary>
/// <param name="Done">Images finished, failed ones included.</param>
/// <param name="Total">Images in all.</param>
/// <param name="Failed">Images that failed.</param>
public readonly record struct ImageProgress(int Done, int Total, int Failed);
