using System.Buffers.Binary;
using System.Text.Json;

namespace Pfe.Storage;

/// <summary>Writes a safetensors file with checksums of its header and of each tensor among its metadata, where other programs pass over
/// them.</summary>
internal static class SafetensorsWriter
{
    public static void Write(Stream stream, IReadOnlyList<SafetensorsEntry> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        // All checksums have the same length. So where the stream can go back, the header is written twice and the tensors once.
        var unknown = new uint[tensors.Count];
        if (!stream.CanSeek)
        {
            var known = WriteTensors(Stream.Null, tensors);
            WriteHeader(stream, tensors, metadata, known);
            WriteTensors(stream, tensors);
            return;
        }
        var start = stream.Position;
        WriteHeader(stream, tensors, metadata, unknown);
        var sums = WriteTensors(stream, tensors);
        var end = stream.Position;
        stream.Position = start;
        WriteHeader(stream, tensors, metadata, sums);
        stream.Position = end;
    }

    private static uint[] WriteTensors(Stream stream, IReadOnlyList<SafetensorsEntry> tensors) => [.. tensors.Select(tensor =>
    {
        using var summed = new ChecksumStream(stream);
        tensor.Write(summed);
        var wanted = SafetensorsHeader.SizeOf(tensor.Type, tensor.Shape);
        return summed.Position == wanted && SafetensorsHeader.SizeOf(tensor.Type) > 0
            ? summed.Checksum
            : throw new InvalidOperationException($"tensor '{tensor.Name}' wrote {summed.Position} bytes, its shape needs {wanted}");
    })];

    private static void WriteHeader(Stream stream, IReadOnlyList<SafetensorsEntry> tensors, IReadOnlyDictionary<string, string>? metadata,
        uint[] sums)
    {
        var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in metadata ?? new Dictionary<string, string>()) pairs[key] = value;
        for (var i = 0; i < sums.Length; i++) pairs[$"{SafetensorsHeader.ChecksumKey}.{tensors[i].Name}"] =
            SafetensorsHeader.Shown(sums[i]);
        pairs[SafetensorsHeader.ChecksumKey] =
            SafetensorsHeader.ChecksumOf(pairs.ToArray(), tensors.Select(tensor => (tensor.Name, tensor.Type, tensor.Shape)));
        var header = Json(tensors, pairs);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
    }

    private static byte[] Json(IReadOnlyList<SafetensorsEntry> tensors, SortedDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach (var (key, value) in metadata) json.WriteString(key, value);
            json.WriteEndObject();
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
                json.WriteNumberValue(offset += SafetensorsHeader.SizeOf(tensor.Type, tensor.Shape));
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // Padding with spaces to a multiple of 8 keeps the tensors aligned; the format allows it.
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }
}
