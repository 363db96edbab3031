using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Pfe.Storage;

/// <summary>
/// Files that are written aside, in the folder of what they will become. The writer holds a lock on its own until it is renamed; one that
/// nobody holds was left by a process that was killed, and the next one to write into the folder removes it.
/// </summary>
internal static partial class TemporaryFiles
{
    private const int Attempts = 100;

    // Listing a folder with each of a million pictures written into it would cost more than the pictures.
    private static readonly ConcurrentDictionary<string, bool> Cleaned = new(StringComparer.Ordinal);

    /// <summary>Makes one. Its name is short, so that any name the file system takes can be written.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="mode">Its permissions; null for the usual ones.</param>
    /// <param name="bufferSize">Of the stream.</param>
    public static (string Path, FileStream Stream) Create(string folder, UnixFileMode? mode, int bufferSize)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share =
            FileShare.Delete, BufferSize = bufferSize
        };
        if (mode is { } permissions && !OperatingSystem.IsWindows()) options.UnixCreateMode =
            permissions | UnixFileMode.UserRead | UnixFileMode.UserWrite;
        for (var attempt = 1; ; attempt++)
        {
            var path = Path.Combine(folder, $".pfe-{Guid.NewGuid().ToString("N")[..12]}.tmp");
            try
            {
                var stream = new FileStream(path, options);
                // Between its creation and its lock, another process may have taken it for abandoned.
                if (File.Exists(path)) return (path, stream);
                stream.Dispose();
            }
            catch (IOException) when (attempt < Attempts && Directory.Exists(folder)
                && File.Exists(path))
            { /* the same, a moment earlier */ }
            if (attempt == Attempts) throw new IOException($"no temporary file can be kept in '{folder}'");
        }
    }

    /// <summary>Removes what killed processes left in a folder; looked for once a process and folder.</summary>
    /// <param name="folder">An existing folder.</param>
    public static void RemoveAbandoned(string folder)
    {
        if (!Cleaned.TryAdd(folder, true)) return;
        try
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*.tmp"))
                if (Ours().IsMatch(Path.GetFileName(path)) && IsAbandoned(path)) TryDelete(path);
        }
        // A folder that cannot be listed can still be written to.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
    }

    public static void TryDelete(string path)
    {
        try { File.Delete(path); }
        catch (IOException) { /* the original error matters more than a left-over temporary file */ }
        catch (UnauthorizedAccessException) { }
    }

    private static bool IsAbandoned(string path)
    {
        try
        {
            using var _ = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return false; }
    }

    // Earlier versions appended to the file's whole name.
    [GeneratedRegex(@"^\.pfe-[0-9a-f]{12}\.tmp$|\.\d+\.[0-9a-f]{32}\.tmp$", RegexOptions.None, 1000)]
    private static partial Regex Ours();
}
