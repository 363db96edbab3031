namespace Pfe.Storage;

/// <summary>
/// The one door for names of outputs that come from data (a list's paths, a table's subjects, an archive's entries, an address): whatever
/// they say, the file lies inside the folder.
/// </summary>
internal sealed class OutputFolder
{
    private const int LongestName = 255;

    // On Windows these part or end names; elsewhere they are letters, but a name that is a path on one system is none for another.
    private static readonly char[] Forbidden = ['/', '\\', '\0'];

    /// <summary>Names the folder; nothing is created.</summary>
    /// <param name="path">The folder.</param>
    public OutputFolder(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = path;
    }

    /// <summary>The folder, as it was given.</summary>
    public string Path { get; }

    /// <summary>The path of a file inside the folder.</summary>
    /// <param name="names">Names of folders and last of the file, each one component: what a separator, an empty name, <c>.</c> or
    /// <c>..</c> would make of the path is refused.</param>
    /// <exception cref="PfeException">A name is none; the message shows it.</exception>
    public string Inside(params ReadOnlySpan<string> names)
    {
        if (names.IsEmpty) throw new ArgumentException("a file inside a folder has a name", nameof(names));
        var path = Path;
        foreach (var name in names)
        {
            if (Problem(name) is { } problem)
                throw new PfeException($"'{Shown(name)}' cannot be the name of an output in '{Path}': {problem}");
            path = System.IO.Path.Combine(path, name);
        }
        return path;
    }

    /// <summary>Why a name cannot be a component of an output's path; null where it can.</summary>
    /// <param name="name">The name.</param>
    public static string? Problem(string name)
    {
        if (string.IsNullOrEmpty(name)) return "it is empty";
        if (name is "." or "..") return "it would lead out of the folder";
        if (name.IndexOfAny(Forbidden) >= 0) return "it is a path, or holds a character that no file's name can";
        if (OperatingSystem.IsWindows() && name.IndexOfAny(System.IO.Path.GetInvalidFileNameChars()) >= 0)
            return "it holds a character that no file's name can";
        return System.Text.Encoding.UTF8.GetByteCount(name) > LongestName ? $"it is longer than {LongestName} bytes" : null;
    }

    private static string Shown(string name) =>
        string.Concat((name.Length > 80 ? name[..80] + "..." : name).Select(letter => char.IsControl(letter) ? '?' : letter));
}
