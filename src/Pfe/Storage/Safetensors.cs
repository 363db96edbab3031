using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Pfe.Storage;

/// <summary>One tensor to write: its type, its shape, and how its bytes come about.</summary>
/// <param name="Name">Key in the file.</param>
/// <param name="Type">Element type in the format's spelling: F32, F16, I64, I32, U8.</param>
/// <param name="Shape">Dimensions, row-major, last fastest.</param>
/// <param name="Write">Writes exactly shape x element size bytes, little-endian.</param>
public sealed record SafetensorsEntry(string Name, string Type, IReadOnlyList<long> Shape, Action<Stream> Write);

/// <summary>
/// A safetensors file: an 8-byte header length, a JSON header, raw little-endian tensors. Read memory-mapped, so opening costs nothing;
/// readable from Python with <c>safetensors.numpy.load_file</c>.
/// </summary>
public sealed class Safetensors : IDisposable
{
    private const int MaxHeader = 100_000_000;
    private readonly FileBytes _file;
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private sealed record Tensor(string Type, long[] Shape, long Offset);

    private Safetensors(FileBytes file)
    {
        _file = file;
        var length = file.Length >= 8 ? BinaryPrimitives.ReadUInt64LittleEndian(file.Span<byte>(0, 8)) : 0;
        if (length is 0 or > MaxHeader || 8 + (long)length > file.Length)
            throw new PfeException($"'{file.FilePath}' is not a safetensors file: its first 8 bytes should give the length of a JSON " +
                "header");
        try
        {
            var reader = new Utf8JsonReader(file.Span<byte>(8, (int)length));
            using var header = JsonDocument.ParseValue(ref reader);
            foreach (var entry in header.RootElement.EnumerateObject())
                Read(entry, 8 + (long)length);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new PfeException($"'{file.FilePath}' has a damaged safetensors header: {e.Message}", e);
        }
    }

    /// <summary>The file's own string pairs (its <c>__metadata__</c>).</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>The tensors' names.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PfeException">Missing, truncated or not in this format.</exception>
    public static Safetensors Open(string path)
    {
        var file = FileBytes.Map(path);
        try { return new Safetensors(file); }
        catch { file.Dispose(); throw; }
    }

    /// <summary>Whether a tensor is there.</summary>
    /// <param name="name">The tensor's name.</param>
    public bool Contains(string name) => _tensors.ContainsKey(name);

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
    /// <exception cref="PfeException">No such tensor, another element type, or a truncated file.</exception>
    public ReadOnlySpan<T> Values<T>(string name, long first, int count) where T : unmanaged
    {
        var tensor = Find(name);
        if (TypeOf<T>() != tensor.Type)
            throw new PfeException($"'{_file.FilePath}': tensor '{name}' holds {tensor.Type}, {TypeOf<T>()} is wanted");
        return _file.Span<T>(tensor.Offset + first * Unsafe.SizeOf<T>(), count);
    }

    /// <summary>All values of a tensor; see <see cref="Values{T}(string, long, int)"/>.</summary>
    /// <typeparam name="T">float, Half, long, int or byte, as stored.</typeparam>
    /// <param name="name">The tensor's name.</param>
    public ReadOnlySpan<T> Values<T>(string name) where T : unmanaged => Values<T>(name, 0, checked((int)Product(Find(name).Shape)));

    /// <summary>Writes a file atomically.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="tensors">The tensors, in the order in which they are laid out.</param>
    /// <param name="metadata">String pairs to store beside them; null for none.</param>
    public static void Write(string path, IReadOnlyList<SafetensorsEntry> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream =>
        {
            var header = Header(tensors, metadata);
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var tensor in tensors)
            {
                var (start, want) = (stream.Position, Product(tensor.Shape) * SizeOf(tensor.Type));
                tensor.Write(stream);
                if (stream.Position - start != want)
                    throw new InvalidOperationException($"tensor '{tensor.Name}' wrote {stream.Position - start} bytes, its shape needs " +
                        $"{want}");
            }
        });

    /// <summary>Keeps the tensors in place until the result is disposed of, whatever happens to this object meanwhile.</summary>
    internal UseCount.Use Enter() => _file.Enter();

    /// <summary>Unmaps the file.</summary>
    public void Dispose() => _file.Dispose();

    private static byte[] Header(IReadOnlyList<SafetensorsEntry> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(key, value);
                json.WriteEndObject();
            }
            var offset = 0L;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type);
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += Product(tensor.Shape) * SizeOf(tensor.Type));
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // Padding with spaces to a multiple of 8 keeps the tensors aligned; the format allows it.
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private void Read(JsonProperty entry, long start)
    {
        if (entry.Name == "__metadata__")
        {
            foreach (var pair in entry.Value.EnumerateObject()) _metadata[pair.Name] = pair.Value.GetString() ?? "";
            return;
        }
        var type = entry.Value.GetProperty("dtype").GetString()!;
        var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        var offsets = entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
        if (offsets.Length != 2 || offsets[1] - offsets[0] != Product(shape) * SizeOf(type) || offsets[0] < 0
            || start + offsets[1] > _file.Length)
            throw new PfeException(string.Create(CultureInfo.InvariantCulture,
                $"'{_file.FilePath}' is truncated or damaged: tensor '{entry.Name}' ({type}, {string.Join('x', shape)}) does not fit " +
                    $"into {_file.Length} bytes"));
        _tensors[entry.Name] = new Tensor(type, shape, start + offsets[0]);
    }

    private Tensor Find(string name) => _tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new PfeException($"'{_file.FilePath}' has no tensor '{name}'; it has {string.Join(", ", _tensors.Keys)}");

    private static long Product(IReadOnlyList<long> shape) => shape.Aggregate(1L, (product, size) => checked(product * size));

    private static int SizeOf(string type) => type switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "U8" or "I8" or "BOOL" => 1,
        _ => throw new PfeException($"safetensors type '{type}' is not known"),
    };

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
