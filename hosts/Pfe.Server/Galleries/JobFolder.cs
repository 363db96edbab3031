using Pfe.Server.Settings;

namespace Pfe.Server.Galleries;

/// <summary>
/// Files of imports and exports. They hold biometric data: readable by their owner alone, and gone a day after they were written,
/// or as soon
/// as an import is done.
/// </summary>
internal sealed class JobFolder(ServerOptions options, TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private readonly string _folder = Path.Combine(options.DataFolder, "jobs");

    /// <summary>Names this service among those that share its store; made at the first start, kept in its data folder.</summary>
    public string Node { get; } = NodeOf(options.DataFolder);

    /// <summary>A new file's name.</summary>
    public static string NewName() => $"{Guid.NewGuid():N}.ndjson";

    /// <summary>Where a file lies; the folder is made where it is missing.</summary>
    public string Of(string name)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(_folder);
        else Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return Path.Combine(_folder, name);
    }

    /// <summary>Opens a file to write.</summary>
    public FileStream Create(string name)
    {
        var how = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Of(name), how);
    }

    private static string NodeOf(string folder)
    {
        var path = Path.Combine(folder, "node");
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(folder);
            Pfe.Storage.AtomicFile.WriteText(path, $"{Guid.NewGuid():N}");
        }
        return File.ReadAllText(path);
    }

    /// <summary>Removes files that were kept long enough.</summary>
    public void Tidy()
    {
        if (!Directory.Exists(_folder)) return;
        var old = (time.GetUtcNow() - Kept).UtcDateTime;
        foreach (var file in Directory.EnumerateFiles(_folder))
            if (File.GetLastWriteTimeUtc(file) < old) File.Delete(file);
    }
}
