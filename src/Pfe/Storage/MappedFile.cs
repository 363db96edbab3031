using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Pfe.Storage;

/// <summary>A read-only memory-mapped file: opened in constant time, paged in on demand, never copied.</summary>
/// <remarks>Spans handed out are valid until <see cref="Dispose"/>; keep the file open as long as they are in use.</remarks>
public sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _start;

    /// <summary>Maps <paramref name="path"/>.</summary>
    /// <param name="path">An existing, non-empty file.</param>
    /// <exception cref="PfeException">The file is missing, empty or unreadable.</exception>
    public MappedFile(string path)
    {
        FilePath = path;
        try
        {
            Length = new FileInfo(path).Length;
            if (Length == 0) throw new PfeException($"'{path}' is empty");
            _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PfeException($"cannot open '{path}': {e.Message}", e);
        }
    }

    /// <summary>The path as it was given.</summary>
    public string FilePath { get; }

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>The <paramref name="count"/> values of type <typeparamref name="T"/> that start <paramref name="offset"/> bytes into the file.</summary>
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
            throw new PfeException($"'{FilePath}' is truncated: bytes {offset} to {offset + (long)count * sizeof(T)} are wanted, the file has {Length}");
        return MemoryMarshal.CreateReadOnlySpan(ref *(T*)(_start + offset), count);
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose()
    {
        if (_start is null) return;
        _start = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
