namespace Pfe.Storage;

/// <summary>
/// Outputs are written aside and renamed, so a reader never sees half a file and a failure leaves nothing behind. A link's target is
/// replaced, not the link; a device, a pipe or a socket is written straight, as nothing can be renamed onto it without destroying it.
/// </summary>
internal static class AtomicFile
{
    private const int BufferSize = 1 << 16;

    /// <summary>
    /// Writes <paramref name="path"/> through <paramref name="write"/>; on any failure the old file, if there was one, stays as it was. A
    /// file that is replaced keeps its permissions.
    /// </summary>
    /// <param name="path">The file to create or replace, or a device or pipe to write to. Missing folders are created.</param>
    /// <param name="write">Writes the content to the stream it is given; the stream has a position, and can seek where the output is a
    /// file.</param>
    /// <exception cref="PfeException">The file cannot be written (no space, no permission); the message names the file.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            var full = Path.GetFullPath(path);
            if (PathKinds.Of(full) == PathKind.Other) WriteStraight(full, write);
            else Replace(TargetOf(full), write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException { ParamName: "path" })
        {
            throw new PfeException($"cannot write '{path.Replace('\0', '?')}': {e.Message}", e);
        }
    }

    /// <summary>Refuses what can be no output, before hours of work for it: an empty path, a folder.</summary>
    /// <param name="path">What is to be written at the end.</param>
    /// <exception cref="PfeException">It cannot.</exception>
    public static void RequirePossible(string path)
    {
        if (string.IsNullOrWhiteSpace(path)) throw new PfeException("the output has no name; the path of a file is wanted");
        if (path.Contains('\0', StringComparison.Ordinal))
            throw new PfeException($"cannot write '{path.Replace('\0', '?')}': a path holds no zero byte");
        if (Directory.Exists(path)) throw new PfeException($"cannot write '{path}': it is a folder");
    }

    /// <summary>Whether a device, a pipe or a socket lies at a path, links followed: it is written straight, and nothing can lie beside
    /// it.</summary>
    /// <param name="path">Any path.</param>
    public static bool IsDevice(string path) => PathKinds.Of(path) == PathKind.Other;

    /// <summary>Writes a text file as UTF-8 without a byte order mark; see <see cref="Write"/>.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="text">The whole content.</param>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    private static void Replace(string target, Action<Stream> write)
    {
        var folder = Path.GetDirectoryName(target) ?? throw new IOException("it is a folder");
        if (Directory.Exists(target)) throw new IOException("it is a folder");
        Directory.CreateDirectory(folder);
        TemporaryFiles.RemoveAbandoned(folder);
        var (aside, stream) = TemporaryFiles.Create(folder, ModeOf(target), BufferSize);
        try
        {
            using (stream)
            {
                write(stream);
                stream.Flush(flushToDisk: true);
                // While it is open: closed and not yet renamed, it would look abandoned to another process.
                File.Move(aside, target, overwrite: true);
            }
        }
        catch
        {
            TemporaryFiles.TryDelete(aside);
            throw;
        }
    }

    private static void WriteStraight(string path, Action<Stream> write)
    {
        using var device = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, BufferSize);
        using var counted = new CountedStream(device);
        write(counted);
        device.Flush();
    }

    // A link that points nowhere yet is followed as well: the file appears where it points.
    private static string TargetOf(string path) => new FileInfo(path).LinkTarget is null ? path
        : Path.GetFullPath(File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName);

    private static UnixFileMode? ModeOf(string target) =>
        !OperatingSystem.IsWindows() && File.Exists(target) ? File.GetUnixFileMode(target) & (UnixFileMode)0x1FF : null;
}
