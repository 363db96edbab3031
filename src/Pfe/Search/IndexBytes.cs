using Microsoft.Win32.SafeHandles;
using Pfe.Storage;

namespace Pfe.Search;

/// <summary>
/// A run of an index file's bytes, from which segments read: in memory (mapped or loaded), or on disk, to be read piece by piece. What lies
/// on disk may have become shorter: that is an error like any other, where a mapped file would end the process. Whoever reads enters and
/// exits; the bytes go when their owner has disposed of them and the last reader is out.
/// </summary>
internal sealed unsafe class IndexBytes : IDisposable
{
    private readonly SafeFileHandle? _file;
    private readonly FileBytes? _memory;
    private readonly string _path;
    private readonly UseCount _uses;

    private IndexBytes(string path, long offset, SafeFileHandle? file, FileBytes? memory)
    {
        (_path, Offset, _file, _memory) = (path, offset, file, memory);
        _uses = new UseCount(() =>
        {
            file?.Dispose();
            memory?.Dispose();
        });
    }

    /// <summary>Where in the file they begin.</summary>
    public long Offset { get; }

    /// <summary>Whether they lie in memory.</summary>
    public bool InMemory => _memory is not null;

    /// <summary>
    /// Opens bytes <paramref name="offset"/> to <paramref name="end"/> of a file; streamed bytes own the handle from now on.
    /// </summary>
    public static IndexBytes Open(
        SafeFileHandle file, string path, long offset, long end, IndexAccess access, CancellationToken cancellation) => access switch
        {
            IndexAccess.Mapped => new(path, offset, null, FileBytes.Map(file, path, offset, end - offset)),
            IndexAccess.Loaded => new(path, offset, null, FileBytes.Load(file, path, offset, end - offset, cancellation)),
            IndexAccess.Streamed => new(path, offset, file, null),
            _ => throw new ArgumentOutOfRangeException(nameof(access), access, "there is no such way to read an index"),
        };

    /// <summary>Whether they are there, and stay until <see cref="Exit"/>.</summary>
    public bool TryEnter() => _uses.TryEnter();

    public void Exit() => _uses.Exit();

    /// <summary>Some bytes where they lie in memory.</summary>
    /// <param name="start">Place in the file.</param>
    /// <param name="length">How many.</param>
    public byte* Pointer(long start, long length) => _memory!.Pointer(start - Offset, length);

    /// <summary>Copies some bytes.</summary>
    /// <param name="start">Place in the file.</param>
    /// <param name="into">As many as are wanted.</param>
    public void Read(long start, Span<byte> into)
    {
        if (_memory is not null)
        {
            new ReadOnlySpan<byte>(Pointer(start, into.Length), into.Length).CopyTo(into);
            return;
        }
        for (int at = 0, read; at < into.Length; at += read)
        {
            try { read = RandomAccess.Read(_file!, into[at..], start + at); }
            catch (IOException e) { throw new PfeException($"cannot read '{_path}': {e.Message}", e); }
            if (read == 0) throw new PfeException($"'{_path}' became shorter while it was searched: nothing is left at byte {start + at}");
        }
    }

    /// <summary>Ends the use of who opened them; those who entered go on.</summary>
    public void Dispose() => _uses.Exit();
}
