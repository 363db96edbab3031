namespace Pfe.Storage;

/// <summary>The files below a folder, links to folders followed, each real folder once: a link to a parent folder is no endless
/// tree.</summary>
internal static class FolderWalk
{
    private static readonly HashSet<string> PictureExtensions =
        new(StringComparer.OrdinalIgnoreCase) { ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif" };

    /// <summary>Whether a file is a picture that is read, by its extension; what macOS keeps beside <c>1.jpg</c> on other systems' disks
    /// and in archives, <c>._1.jpg</c>, is none.</summary>
    /// <param name="path">The file.</param>
    public static bool IsPicture(string path) => PictureExtensions.Contains(Path.GetExtension(path))
        && !Path.GetFileName(path.AsSpan()).StartsWith("._", StringComparison.Ordinal);

    /// <summary>Every file below a folder, in no particular order.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Paths that begin as <paramref name="folder"/> does.</returns>
    /// <exception cref="PfeException">There is no such folder, or one in it cannot be read.</exception>
    public static IEnumerable<string> Files(string folder)
    {
        if (!Directory.Exists(folder)) throw new PfeException($"there is no folder '{folder}'");
        return Walk(folder);
    }

    private static IEnumerable<string> Walk(string folder)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([folder]);
        while (open.TryPop(out var next))
        {
            if (!seen.Add(RealPath(Path.GetFullPath(next)))) continue;
            var (files, folders) = Content(next);
            foreach (var file in files) yield return file;
            // The last is taken first: reversed, so that of two links to a folder the first by name counts.
            foreach (var inner in folders.OrderDescending(StringComparer.Ordinal)) open.Push(inner);
        }
    }

    private static (string[] Files, string[] Folders) Content(string folder)
    {
        try { return (Directory.GetFiles(folder), Directory.GetDirectories(folder)); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PfeException($"cannot read the folder " +
            $"'{folder}': {e.Message}", e);
        }
    }

    // One part after the other, as any of them may be a link.
    private static string RealPath(string path)
    {
        var parent = Path.GetDirectoryName(path);
        if (parent is null) return path;
        var here = Path.Combine(RealPath(parent), Path.GetFileName(path));
        try { return Directory.ResolveLinkTarget(here, returnFinalTarget: true)?.FullName is { } target ? Path.GetFullPath(target) : here; }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return here; }
    }
}
