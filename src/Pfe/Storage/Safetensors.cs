using System.Runtime.CompilerServices;

namespace Pfe.Storage;

/// <summary>One tensor to write: its type, its shape, and how its bytes come about.</summary>
/// <param name="Name">Key in the file.</param>
/// <param name="Type">Element type in the format's spelling: F32, F16, I64, I32, U8.</param>
/// <param name="Shape">Dimensions, row-major, last fastest.</param>
/// <param name="Write">Writes exactly shape x element size bytes, little-endian; called twice where the output is no file.</param>
internal sealed record SafetensorsEntry(string Name, string Type, IReadOnlyList<long> Shape, Action<Stream> Write);

/// <summary>
/// A safetensors file: an 8-byte header length, a JSON header, raw little-endian tensors. Read memory-mapped, so opening costs nothing;
/// readable from Python with <c>safetensors.numpy.load_file</c>.
/// </summary>
/// <remarks>
/// Files written here carry CRC-32C checksums among their metadata: of the header, verified when a file is opened, and of each tensor,
/// verified when it is read as a whole or by <see cref="Verify(CancellationToken)"/>. Reading a part of a tensor verifies nothing. Files
/// without checksums are read as they are.
/// </remarks>
internal sealed class Safetensors : IDisposable
{
    private readonly FileBytes _file;
    private readonly SafetensorsHeader _header;

    private Safetensors(FileBytes file) => (_file, _header) = (file, SafetensorsHeader.Read(file));

    /// <summary>The file's own string pairs (its <c>__metadata__</c>), without the checksums.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>The tensors' names.</summary>
    public IReadOnlyCollection<string> Names => _header.Tensors.Keys;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PfeException">Missing, truncated, damaged or not in this format.</exception>
    public static Safetensors Open(string path)
    {
        var file = FileBytes.Map(path);
        try { return new Safetensors(file); }
        catch { file.Dispose(); throw; }
    }

    /// <summary>Reads a file that is in memory already; the bytes are copied.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="PfeException">Not in this format.</exception>
    public static Safetensors Parse(ReadOnlySpan<byte> bytes, string name)
    {
        var file = FileBytes.Copy(bytes, name);
        try { return new Safetensors(file); }
        catch { file.Dispose(); throw; }
    }

    /// <summary>Whether a tensor is there.</summary>
    /// <param name="name">The tensor's name.</param>
    public bool Contains(string name) => _header.Tensors.ContainsKey(name);

    /// <summary>A tensor's dimensions.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="PfeException">No such tensor.</exception>
    public IReadOnlyList<long> Shape(string name) => Find(name).Shape;

    /// <summary>A tensor's element type: F32, F16, I64, I32 or U8.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="PfeException">No such tensor.</exception>
    public string Type(string name) => Find(name).Type;

    /// <summary><paramref name="count"/> values of a tensor from element <paramref name="first"/> on, without a copy; valid until
    /// disposal.</summary>
    /// <typeparam name="T">float, Half, long, int or byte, as stored.</typeparam>
    /// <param name="name">The tensor's name.</param>
    /// <param name="first">Index of the first element in the flattened tensor.</param>
    /// <param name="count">Number of elements.</param>
    /// <exception cref="PfeException">No such tensor, or another element type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has fewer elements.</exception>
    public ReadOnlySpan<T> Values<T>(string name, long first, int count) where T : unmanaged
    {
        var tensor = Find(name);
        if (TypeOf<T>() != tensor.Type)
            throw new PfeException($"'{_file.FilePath}': tensor '{name}' holds {tensor.Type}, {TypeOf<T>()} is wanted");
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, tensor.Count - count);
        return _file.Span<T>(tensor.Offset + first * Unsafe.SizeOf<T>(), count);
    }

    /// <summary>All values of a tensor, verified; see <see cref="Values{T}(string, long, int)"/>.</summary>
    /// <typeparam name="T">float, Half, long, int or byte, as stored.</typeparam>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="PfeException">No such tensor, another element type, more than two thousand million elements, or
    /// damaged.</exception>
    public ReadOnlySpan<T> Values<T>(string name) where T : unmanaged
    {
        var tensor = Find(name);
        if (tensor.Count > Array.MaxLength)
            throw new PfeException($"'{_file.FilePath}': tensor '{name}' has {tensor.Count} elements, more than are read at once");
        Verify(name);
        return Values<T>(name, 0, (int)tensor.Count);
    }

    /// <summary>Verifies every tensor against its checksum; those of files without checksums are taken as they are.</summary>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="PfeException">One is damaged; the message names it.</exception>
    public void Verify(CancellationToken cancellation = default)
    {
        foreach (var name in Names)
        {
            cancellation.ThrowIfCancellationRequested();
            Verify(name);
        }
    }

    /// <summary>Verifies one tensor; see <see cref="Verify(CancellationToken)"/>.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="PfeException">No such tensor, or damaged.</exception>
    public void Verify(string name)
    {
        const int Chunk = 16 << 20;
        var tensor = Find(name);
        if (_header.ChecksumOf(name) is not { } wanted) return;
        var running = Crc32C.Start;
        for (long at = 0; at < tensor.Bytes; at += Chunk)
            running = Crc32C.Add(running, _file.Span<byte>(tensor.Offset + at, (int)Math.Min(Chunk, tensor.Bytes - at)));
        if (SafetensorsHeader.Shown(~running) != wanted)
            throw new DamagedFileException(_file.FilePath, $"'{_file.FilePath}' is damaged: the checksum of tensor '{name}' is wrong");
    }

    /// <summary>Writes a file atomically.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="tensors">The tensors, in the order in which they are laid out.</param>
    /// <param name="metadata">String pairs to store beside them; null for none.</param>
    public static void Write(string path, IReadOnlyList<SafetensorsEntry> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, tensors, metadata));

    /// <summary>Keeps the tensors in place until the result is disposed of, whatever happens to this object meanwhile.</summary>
    internal UseCount.Use Enter() => _file.Enter();

    /// <summary>Unmaps the file.</summary>
    public void Dispose() => _file.Dispose();

    private StoredTensor Find(string name) => _header.Tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new PfeException($"'{_file.FilePath}' has no tensor '{name}'; it has {string.Join(", ", Names.Take(20))}");

    private static string TypeOf<T>() => typeof(T) switch
    {
        var t when t == typeof(float) => "F32",
        var t when t == typeof(Half) => "F16",
        var t when t == typeof(double) => "F64",
        var t when t == typeof(long) => "I64",
        var t when t == typeof(int) => "I32",
        var t when t == typeof(byte) => "U8",
        _ => throw new NotSupportedException($"{typeof(T)} has no safetensors type here"),
    };
}
