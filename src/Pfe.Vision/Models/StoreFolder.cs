using Pfe.Storage;

namespace Pfe.Vision.Models;

/// <summary>Where a store lies, and who may write there.</summary>
internal static class StoreFolder
{
    public static string Default()
    {
        if (Environment.GetEnvironmentVariable(ModelStore.FolderVariable) is { Length: > 0 } named) return named;
        return UserCache.Folder("models")
            ?? throw new InvalidConfigurationException(
                $"this user has no cache folder for models; name one with the environment variable {ModelStore.FolderVariable}")
            { Setting = ModelStore.FolderVariable, Expected = "a folder" };
    }

    /// <summary>The absolute path of a folder that somebody named.</summary>
    /// <exception cref="InvalidConfigurationException">It names none.</exception>
    public static string Full(string folder) => folder.Length > 0 && !folder.Contains('\0', StringComparison.Ordinal)
        ? Path.GetFullPath(folder)
        : throw new InvalidConfigurationException($"'{folder.Replace('\0', '?')}' names no folder for models")
        { Value = folder, Expected = "a folder" };

    /// <summary>One line where others than its owner may change a store's files; null where not, and on Windows, whose rights are
    /// lists.</summary>
    public static string? WritableByOthers(string folder)
    {
        const UnixFileMode Others = UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;
        if (OperatingSystem.IsWindows() || !Directory.Exists(folder)) return null;
        foreach (var path in Directory.EnumerateDirectories(folder).Prepend(folder))
        {
            var open = File.GetUnixFileMode(path) & Others;
            if (open == UnixFileMode.None) continue;
            var who = open.HasFlag(UnixFileMode.OtherWrite) ? "everybody" : "its group";
            return $"{who} may write to the model folder '{path}'; take that right away (chmod go-w) or use a folder of your own";
        }
        return null;
    }
}
