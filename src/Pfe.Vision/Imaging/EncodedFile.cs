namespace Pfe.Vision.Imaging;

/// <summary>A file's bytes while it is decoded, and the memory they take.</summary>
internal sealed class EncodedFile : IDisposable
{
    /// <summary>Of what does not say how long it is, like a pipe: a device may never end.</summary>
    private const long MostWithoutLength = 1 << 28;

    private readonly MemoryBudget.Room? _room;
    private readonly byte[] _bytes;
    private readonly int _length;

    private EncodedFile(byte[] bytes, int length, MemoryBudget.Room? room) => (_bytes, _length, _room) = (bytes, length, room);

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Reads a file as a whole.</summary>
    /// <param name="path">The file; a pipe is read to its end.</param>
    /// <exception cref="UnreadableImageException">It is longer than any that is read.</exception>
    public static EncodedFile Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (!stream.CanSeek) return ReadOn(path, stream, [], null);
        Require(path, stream.Length);
        var room = MemoryBudget.Files.Take(stream.Length);
        try
        {
            var bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length);
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            // What says that it has no length may still have content.
            return length > 0 ? new EncodedFile(bytes, length, room) : ReadOn(path, stream, bytes, room);
        }
        catch
        {
            room.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a file that is longer than any that is read.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UnreadableImageException">It is.</exception>
    public static void RequireSize(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists) Require(path, file.Length);
    }

    public void Dispose() => _room?.Dispose();

    private static void Require(string path, long length, long most = ImageInput.MaxEncodedBytes)
    {
        most = Math.Min(most, MemoryBudget.Files.Bytes);
        if (length > most)
            throw new UnreadableImageException(path,
                $"the file has {length / 1_000_000} MB, more than the {most / 1_000_000} that are read; make it smaller first");
    }

    private static EncodedFile ReadOn(string path, FileStream stream, byte[] buffer, MemoryBudget.Room? room)
    {
        using var copy = new MemoryStream();
        if (buffer.Length == 0) buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            Require(path, copy.Length + read, MostWithoutLength);
            copy.Write(buffer, 0, read);
        }
        return new EncodedFile(copy.GetBuffer(), (int)copy.Length, room);
    }
}
