using Pfe.Storage;

namespace Pfe.Evaluation.Folder;

/// <summary>One image of a folder of identity folders.</summary>
/// <param name="Name">Path relative to the folder, with forward slashes.</param>
/// <param name="Identity">The folder the image lies in.</param>
internal sealed record FolderImage(string Name, string Identity)
{
    /// <summary>The images of a folder in which each person has an own folder, ordered by name.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="PfeException">No such folder, or images outside of identity folders.</exception>
    public static IReadOnlyList<FolderImage> In(string folder)
    {
        var names = FolderWalk.Files(folder)
            .Where(FolderWalk.IsPicture)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal).ToList();
        if (names.Count == 0) throw new PfeException($"there is no picture in '{folder}'; a folder for each person with pictures in it " +
            "is expected");
        var stray = names.Where(name => !name.Contains('/')).ToList();
        if (stray.Count > 0) throw new PfeException($"{stray.Count} pictures lie in '{folder}' itself, '{stray[0]}' first; each person " +
            "needs an own folder in it");
        return [.. names.Select(name => new FolderImage(name, name[..name.LastIndexOf('/')]))];
    }
}
