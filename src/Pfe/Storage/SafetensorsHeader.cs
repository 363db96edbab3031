using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pfe.Storage;

/// <summary>Where a tensor lies in a safetensors file, from the file's first byte.</summary>
internal sealed record StoredTensor(string Type, long[] Shape, long Offset, long Bytes)
{
    public long Count => Bytes / SafetensorsHeader.SizeOf(Type);
}

/// <summary>The header of a safetensors file: read, and believed only where it fits the file.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Key of the header's own checksum; with a dot and a tensor's name behind it, of that tensor's.</summary>
    public const string ChecksumKey = "pfe.crc32c";

    private const string MetadataKey = "__metadata__";
    private const int MaxHeader = 100_000_000;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly Dictionary<string, string> _sums = new(StringComparer.Ordinal);

    private SafetensorsHeader() { }

    public Dictionary<string, StoredTensor> Tensors { get; } = new(StringComparer.Ordinal);

    /// <summary>The file's string pairs, without the checksums.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>A tensor's checksum; null in files from before there were any, and in those of other programs.</summary>
    public string? ChecksumOf(string tensor) => _sums.GetValueOrDefault(tensor);

    /// <exception cref="PfeException">Not such a file, truncated, or damaged.</exception>
    public static SafetensorsHeader Read(FileBytes file)
    {
        var length = file.Length >= 8 ? BinaryPrimitives.ReadUInt64LittleEndian(file.Span<byte>(0, 8)) : 0;
        if (length is 0 or > MaxHeader || (long)length > file.Length - 8)
            throw new DamagedFileException(file.FilePath,
                $"'{file.FilePath}' is not a safetensors file: its first 8 bytes should give the length of a JSON " +
                "header");
        try
        {
            var header = new SafetensorsHeader();
            header.Parse(file.Span<byte>(8, (int)length), 8 + (long)length, file);
            header.RefuseOverlaps();
            header.Verify();
            return header;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new DamagedFileException(file.FilePath,
                $"'{file.FilePath}' has a damaged safetensors header: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>The checksum of what a header says, however it is laid out.</summary>
    public static string ChecksumOf(IEnumerable<KeyValuePair<string, string>> metadata,
        IEnumerable<(string Name, string Type, IReadOnlyList<long> Shape)> tensors)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) text.Append(key).Append('\0').Append(value)
            .Append('\0');
        foreach (var (name, type, shape) in tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
            text.Append(name).Append('\0').Append(type).Append('\0').AppendJoin(',', shape).Append('\0');
        return Shown(Crc32C.Of(Encoding.UTF8.GetBytes(text.ToString())));
    }

    public static string Shown(uint checksum) => checksum.ToString("x8", CultureInfo.InvariantCulture);

    /// <exception cref="OverflowException">More than any file can hold.</exception>
    public static long SizeOf(string type, IReadOnlyList<long> shape) =>
        checked(shape.Aggregate(1L, (product, size) => product * size) * SizeOf(type));

    /// <summary>Bytes of an element; 0 of a type that is not known.</summary>
    public static int SizeOf(string type) => type switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "U8" or "I8" or "BOOL" => 1,
        _ => 0,
    };

    private void Parse(ReadOnlySpan<byte> json, long start, FileBytes file)
    {
        using var header = JsonDocument.Parse(json.ToArray(), Strict);
        foreach (var entry in header.RootElement.EnumerateObject())
        {
            if (entry.Name == MetadataKey) ReadMetadata(entry.Value);
            else Tensors[entry.Name] = Tensor(entry, start, file);
        }
    }

    private void ReadMetadata(JsonElement pairs)
    {
        foreach (var pair in pairs.EnumerateObject())
        {
            var value = pair.Value.GetString() ?? "";
            if (pair.Name == ChecksumKey) _sums[""] = value;
            else if (pair.Name.StartsWith(ChecksumKey + ".", StringComparison.Ordinal)) _sums[pair.Name[(ChecksumKey.Length + 1)..]] =
                value;
            else Metadata[pair.Name] = value;
        }
    }

    private static StoredTensor Tensor(JsonProperty entry, long start, FileBytes file)
    {
        var type = entry.Value.GetProperty("dtype").GetString() ?? "";
        if (SizeOf(type) == 0) throw new FormatException($"tensor '{entry.Name}' holds '{type}', which is not known");
        var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        var offsets = entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
        var bytes = Array.TrueForAll(shape, size => size >= 0) ? Bytes(type, shape) : -1;
        if (bytes < 0 || offsets is not [>= 0 and var from, >= 0 and var to] || to - from != bytes || to > file.Length - start)
            throw new DamagedFileException(file.FilePath, $"'{file.FilePath}' is truncated or damaged: tensor '{entry.Name}' ({type}, " +
                $"{string.Join('x', shape)}) does not fit into {file.Length} bytes");
        return new StoredTensor(type, shape, start + from, bytes);
    }

    private static long Bytes(string type, long[] shape)
    {
        try { return SizeOf(type, shape); }
        catch (OverflowException) { return -1; }
    }

    private void RefuseOverlaps()
    {
        var (end, before) = (0L, "");
        foreach (var (name, tensor) in Tensors.Where(pair => pair.Value.Bytes > 0).OrderBy(pair => pair.Value.Offset))
        {
            if (tensor.Offset < end) throw new FormatException($"tensors '{before}' and '{name}' overlap");
            (end, before) = (tensor.Offset + tensor.Bytes, name);
        }
    }

    private void Verify()
    {
        if (_sums.Count == 0) return;
        var metadata = Metadata.Concat(_sums.Where(sum => sum.Key.Length > 0)
            .Select(sum => KeyValuePair.Create($"{ChecksumKey}.{sum.Key}", sum.Value)));
        if (_sums.GetValueOrDefault("") != ChecksumOf(metadata,
            Tensors.Select(pair => (pair.Key, pair.Value.Type, (IReadOnlyList<long>)pair.Value.Shape))))
            throw new FormatException("its checksum is wrong");
    }
}
