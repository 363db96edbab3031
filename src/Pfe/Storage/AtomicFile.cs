namespace Pfe.Storage;

/// <summary>Outputs are written aside and renamed, so a reader never sees half a file and a failure leaves nothing behind.</summary>
public static class AtomicFile
{
    /// <summary>Writes <paramref name="path"/> through <paramref name="write"/>; on any failure the old file, if there was one, stays as it
    /// was.</summary>
    /// <param name="path">The file to create or replace. Missing folders are created.</param>
    /// <param name="write">Writes the content to the stream it is given.</param>
    /// <exception cref="PfeException">The file cannot be written (no space, no permission); the message names the file.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var full = Path.GetFullPath(path);
        var aside = $"{full}.{Environment.ProcessId}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (var stream = new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(aside, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PfeException($"cannot write '{path}': {e.Message}", e);
        }
        finally
        {
            TryDelete(aside);
        }
    }

    /// <summary>Writes a text file as UTF-8 without a byte order mark; see <see cref="Write"/>.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="text">The whole content.</param>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    private static void TryDelete(string path)
    {
        try { File.Delete(path); }
        catch (IOException) { /* the original error matters more than a left-over temporary file */ }
        catch (UnauthorizedAccessException) { }
    }
}
