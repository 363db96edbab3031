using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pfe.Storage;

/// <summary>
/// The bytes of a file, to read: mapped (opened in constant time, paged in on demand, never copied) or loaded into memory.
/// </summary>
/// <remarks>
/// Spans handed out are valid until <see cref="Dispose"/>; keep this open as long as they are in use. The length is that of the file when
/// it was opened: what is added later is not seen. A mapped file must not be truncated in place while it is open: the system ends a process
/// that reads what is no longer there. Replacing a file by renaming is safe, and a loaded one does not depend on its file at all.
/// </remarks>
internal sealed unsafe class FileBytes : IDisposable
{
    private const int Chunk = 16 << 20;

    private readonly UseCount _uses;
    private readonly byte* _start;

    private FileBytes(string path, long length, byte* start, Action release)
    {
        (FilePath, Length, _uses) = (path, length, new UseCount(release));
        _start = start;
    }

    /// <summary>The path as it was given.</summary>
    public string FilePath { get; }

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>Maps a file.</summary>
    /// <param name="path">An existing, non-empty file.</param>
    /// <exception cref="PfeException">The file is missing, empty or unreadable.</exception>
    public static FileBytes Map(string path) => Open(path, file => Map(file, path, 0, RandomAccess.GetLength(file)));

    /// <summary>Reads a file into memory, in large pages where the system has them.</summary>
    /// <param name="path">An existing, non-empty file.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="PfeException">The file is missing, empty or unreadable.</exception>
    public static FileBytes Load(string path, CancellationToken cancellation = default) =>
        Open(path, file => Load(file, path, 0, RandomAccess.GetLength(file), cancellation));

    /// <summary>Takes bytes that are in memory already; they are copied.</summary>
    /// <param name="bytes">At least one byte.</param>
    /// <param name="name">What to call them in messages, in a path's place.</param>
    internal static FileBytes Copy(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.IsEmpty) throw new DamagedFileException(name, $"'{name}' is empty");
        var memory = new NativeBuffer(bytes.Length);
        bytes.CopyTo(new Span<byte>(memory.Start, bytes.Length));
        return new FileBytes(name, bytes.Length, memory.Start, memory.Dispose);
    }

    /// <summary>The <paramref name="count"/> values of type <typeparamref name="T"/> that start <paramref name="offset"/> bytes into the
    /// file.</summary>
    /// <typeparam name="T">An unmanaged type, little-endian on disk as in memory.</typeparam>
    /// <param name="offset">Byte offset, not negative.</param>
    /// <param name="count">Number of values.</param>
    /// <exception cref="PfeException">The range reaches past the end: the file is truncated.</exception>
    public ReadOnlySpan<T> Span<T>(long offset, int count) where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_uses.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        // No sum of the caller's numbers that could wrap.
        if (offset > Length || count > (Length - offset) / sizeof(T))
            throw new PfeException($"'{FilePath}' is truncated: {count} values of {sizeof(T)} bytes are wanted from byte {offset}, it " +
                $"has {Length} bytes");
        return MemoryMarshal.CreateReadOnlySpan(ref *(T*)(_start + offset), count);
    }

    /// <summary>Where some bytes lie, for one who has entered.</summary>
    /// <exception cref="PfeException">The range reaches past the end.</exception>
    internal byte* Pointer(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > Length || length > Length - offset)
            throw new PfeException($"'{FilePath}' is truncated: {length} bytes are wanted from byte {offset} on, there are {Length}");
        return _start + offset;
    }

    /// <summary>Unmaps or frees the bytes, once nobody reads them any more.</summary>
    public void Dispose() => _uses.Close();

    /// <summary>Keeps the bytes in place until the result is disposed of, whatever happens to this object meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">They have been disposed of.</exception>
    internal UseCount.Use Enter() => _uses.Enter(this);

    /// <summary>Maps a part of an open file. The handle may be closed at once.</summary>
    internal static FileBytes Map(SafeFileHandle file, string path, long offset, long length)
    {
        // Capacity 0 is that of the file now, which may have grown; the view's length is what was asked for.
        using var mapped = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None,
            leaveOpen: true);
        var view = mapped.CreateViewAccessor(offset, length, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        return new FileBytes(path, length, start + view.PointerOffset, () =>
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
        });
    }

    /// <summary>Reads a part of an open file into memory.</summary>
    internal static FileBytes Load(SafeFileHandle file, string path, long offset, long length, CancellationToken cancellation)
    {
        var memory = new NativeBuffer(length);
        try
        {
            for (long at = 0, read; at < length; at += read)
            {
                cancellation.ThrowIfCancellationRequested();
                read = RandomAccess.Read(file, new Span<byte>(memory.Start + at, (int)Math.Min(Chunk, length - at)), offset + at);
                if (read == 0) throw new PfeException($"'{path}' became shorter while it was read: {at} bytes came of {length}");
            }
            return new FileBytes(path, length, memory.Start, memory.Dispose);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file that others may be changing, replacing or deleting.</summary>
    internal static SafeFileHandle OpenShared(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private static FileBytes Open(string path, Func<SafeFileHandle, FileBytes> open)
    {
        try
        {
            using var file = OpenShared(path);
            return RandomAccess.GetLength(file) == 0 ? throw new PfeException($"'{path}' is empty") : open(file);
        }
        catch (Exception e) when (InputFile.IsFault(e)) { throw InputFile.Refusal(path, e, "open"); }
    }
}
