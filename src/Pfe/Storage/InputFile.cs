using System.Text;

namespace Pfe.Storage;

/// <summary>A line of a text file.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Text">Without its line end.</param>
internal readonly record struct TextLine(int Number, string Text);

/// <summary>The one door for files that are read as a whole or line by line: whatever stands in the way is one line that names the
/// file.</summary>
internal static class InputFile
{
    /// <summary>Bytes that are read of what does not say how many it has: the largest networks through a pipe.</summary>
    private const long MostWithoutLength = 1 << 29;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A file's bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">Bytes above which it is refused, unread where its length is known.</param>
    /// <exception cref="PfeException">Missing, unreadable, too long, or the path is none.</exception>
    public static byte[] Bytes(string path, long most = int.MaxValue)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            var length = file.CanSeek ? file.Length : 0;
            if (length > most) throw new IOException($"it has {length} bytes, at most {most} are read");
            return length > 0 ? Whole(file, length) : UntilItEnds(file, Math.Min(most, MostWithoutLength));
        }
        catch (Exception e) when (IsFault(e)) { throw Refusal(path, e); }
    }

    /// <summary>The same without blocking the caller's thread; who cancels does not wait for the rest of the file.</summary>
    /// <inheritdoc cref="Bytes"/>
    public static Task<byte[]> BytesAsync(string path, long most = int.MaxValue, CancellationToken cancellation = default) =>
        Task.Run(() => Bytes(path, most), cancellation).WaitAsync(cancellation);

    private static byte[] Whole(FileStream file, long length)
    {
        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        file.ReadExactly(bytes);
        return bytes;
    }

    // A pipe, a device or a file of the system: it has a length when it has ended, and some never do.
    private static byte[] UntilItEnds(FileStream file, long most)
    {
        using var memory = new MemoryStream();
        var piece = new byte[1 << 16];
        for (int count; (count = file.Read(piece)) > 0;)
        {
            memory.Write(piece, 0, count);
            if (memory.Length > most) throw new IOException($"it does not end within {most} bytes, more are not read");
        }
        return memory.ToArray();
    }

    /// <summary>A text file's content: UTF-8, or what its byte order mark says.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">Bytes above which it is refused.</param>
    /// <exception cref="PfeException">See <see cref="Bytes"/>; or it is not text.</exception>
    public static string Text(string path, long most = int.MaxValue)
    {
        using var reader = new StreamReader(new MemoryStream(Bytes(path, most)), Strict);
        try { return reader.ReadToEnd(); }
        catch (DecoderFallbackException e) { throw new PfeException($"'{Shown(path)}' is not UTF-8 text", e); }
    }

    /// <summary>A text file's lines, one at a time; UTF-8, or what its byte order mark says.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PfeException">Missing, unreadable, or a line is not text; the message names it.</exception>
    public static IEnumerable<TextLine> Lines(string path)
    {
        using var reader = Open(path);
        for (var number = 1; Next(reader, path, number) is { } line; number++) yield return new(number, line);
    }

    private static StreamReader Open(string path)
    {
        try { return new StreamReader(new LineLimit(File.OpenRead(path)), Strict, detectEncodingFromByteOrderMarks: true); }
        catch (Exception e) when (IsFault(e)) { throw Refusal(path, e); }
    }

    private static string? Next(StreamReader reader, string path, int number)
    {
        try { return reader.ReadLine(); }
        catch (DecoderFallbackException e)
        {
            throw new PfeException($"'{Shown(path)}', line {number} or a little below: not UTF-8 text",
            e);
        }
        catch (Exception e) when (IsFault(e)) { throw Refusal(path, e); }
    }

    /// <summary>Whether an exception is what opening and reading a file give; to .NET a path with a zero byte is an argument out of
    /// range.</summary>
    public static bool IsFault(Exception e) =>
        e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException { ParamName: "path" };

    /// <summary>What stood in the way, in one line; to the system a folder is a file that access is denied to.</summary>
    public static PfeException Refusal(string path, Exception e, string what = "read") => new($"cannot {what} '{Shown(path)}': " + e switch
    {
        ArgumentException => "a path is not empty and holds no zero byte",
        _ when Directory.Exists(path) => "it is a folder, not a file",
        _ => e.Message,
    }, e);

    private static string Shown(string path) => path.Replace('\0', '?');
}
