using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Pfe.Storage;

/// <summary>The bytes of a file, to read: mapped (opened in constant time, paged in on demand, never copied) or loaded into
/// memory.</summary>
/// <remarks>Spans handed out are valid until <see cref="Dispose"/>; keep this open as long as they are in use.</remarks>
public sealed unsafe class FileBytes : IDisposable
{
    private const int Chunk = 16 << 20;

    private readonly IDisposable _owner;
    private byte* _start;

    private FileBytes(string path, long length, IDisposable owner, byte* start)
    {
        (FilePath, Length, _owner) = (path, length, owner);
        _start = start;
    }

    /// <summary>The path as it was given.</summary>
    public string FilePath { get; }

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>Maps a file.</summary>
    /// <param name="path">An existing, non-empty file.</param>
    /// <exception cref="PfeException">The file is missing, empty or unreadable.</exception>
    public static FileBytes Map(string path) => Open(path, () =>
    {
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        return new FileBytes(path, new FileInfo(path).Length, new View(view), start);
    });

    /// <summary>Reads a file into memory, in large pages where the system has them.</summary>
    /// <param name="path">An existing, non-empty file.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="PfeException">The file is missing, empty or unreadable.</exception>
    public static FileBytes Load(string path, CancellationToken cancellation = default) => Open(path, () =>
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(file);
        var memory = new AlignedMemory(length);
        try
        {
            for (long at = 0, read; at < length; at += read)
            {
                cancellation.ThrowIfCancellationRequested();
                read = RandomAccess.Read(file, new Span<byte>(memory.Start + at, (int)Math.Min(Chunk, length - at)), at);
                if (read == 0) throw new PfeException($"'{path}' became shorter while it was read: {at} bytes came of {length}");
            }
            return new FileBytes(path, length, memory, memory.Start);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    });

    /// <summary>Takes bytes that are in memory already; they are copied.</summary>
    /// <param name="bytes">At least one byte.</param>
    /// <param name="name">What to call them in messages, in a path's place.</param>
    internal static FileBytes Copy(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.IsEmpty) throw new DamagedFileException(name, $"'{name}' is empty");
        var memory = new AlignedMemory(bytes.Length);
        bytes.CopyTo(new Span<byte>(memory.Start, bytes.Length));
        return new FileBytes(name, bytes.Length, memory, memory.Start);
    }

    /// <summary>The <paramref name="count"/> values of type <typeparamref name="T"/> that start <paramref name="offset"/> bytes into the
    /// file.</summary>
    /// <typeparam name="T">An unmanaged type, little-endian on disk as in memory.</typeparam>
    /// <param name="offset">Byte offset, not negative.</param>
    /// <param name="count">Number of values.</param>
    /// <exception cref="PfeException">The range reaches past the end: the file is truncated.</exception>
    public ReadOnlySpan<T> Span<T>(long offset, int count) where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (offset + (long)count * sizeof(T) > Length)
            throw new PfeException($"'{FilePath}' is truncated: bytes {offset} to {offset + (long)count * sizeof(T)} are wanted, the " +
                $"file has {Length}");
        return MemoryMarshal.CreateReadOnlySpan(ref *(T*)(_start + offset), count);
    }

    /// <summary>Unmaps or frees the bytes.</summary>
    public void Dispose()
    {
        if (_start is null) return;
        _start = null;
        _owner.Dispose();
    }

    private static FileBytes Open(string path, Func<FileBytes> open)
    {
        try
        {
            if (new FileInfo(path).Length == 0) throw new PfeException($"'{path}' is empty");
            return open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PfeException($"cannot open '{path}': {e.Message}", e);
        }
    }

    private sealed class View(MemoryMappedViewAccessor view) : IDisposable
    {
        public void Dispose()
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
        }
    }
}
