using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Pfe.TestSupport.TensorFlow;

/// <summary>
/// Writes checkpoints as TensorFlow's BundleWriter does: prefix-compressed blocks, restart points every 16 entries, masked CRC-32C,
/// several data files, partitioned variables with keys in ordered code. Everything is encoded by hand; it shares no code with the reader.
/// </summary>
public sealed class CheckpointWriter
{
    public const int DtFloat = 1, DtDouble = 2, DtInt64 = 9, DtBFloat16 = 14, DtHalf = 19;

    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(value =>
    {
        var crc = (uint)value;
        for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0x82f63b78);
        return crc;
    })];

    private readonly SortedDictionary<byte[], byte[]> _entries = new(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
    private readonly MemoryStream[] _shards;
    private int _stored;

    public CheckpointWriter(int shards = 1) => _shards = [.. Enumerable.Range(0, shards).Select(_ => new MemoryStream())];

    public int BlockSize { get; init; } = 4096;

    /// <summary>How often the index names each block: once in a sound file.</summary>
    public int NamesOfABlock { get; init; } = 1;

    public void Add(string name, float[] values, params long[] shape) =>
        Add(name, DtFloat, MemoryMarshal.AsBytes<float>(values).ToArray(), shape);

    public void Add(string name, int type, byte[] bytes, params long[] shape) =>
        _entries[Encoding.UTF8.GetBytes(name)] = Store(type, bytes, shape);

    /// <summary>A variable split along its first dimension into parts of the given sizes.</summary>
    public void AddPartitioned(string name, float[] values, long[] shape, params long[] parts)
    {
        var (row, start, slices) = ((int)(values.Length / shape[0]), 0L, new List<byte[]>());
        foreach (var part in parts)
        {
            var bytes = MemoryMarshal.AsBytes(values.AsSpan((int)start * row, (int)part * row)).ToArray();
            _entries[SliceKey(name, start, part, shape.Length)] = Store(DtFloat, bytes, [part, .. shape[1..]]);
            // TensorFlow lists the partitions in the order in which they were saved, which need not be that of their places.
            slices.Insert(0, Message(7,
                [.. Message(1, [.. Field(1, start), .. Field(2, part)]), .. shape.Skip(1).SelectMany(_ => Message(1, []))]));
            start += part;
        }
        _entries[Encoding.UTF8.GetBytes(name)] = [.. Field(1, DtFloat), .. Message(2, Shape(shape)), .. slices.SelectMany(slice => slice)];
    }

    /// <summary>A variable whose entry promises what is not there: any shape, place and size, and partitions that nothing holds.</summary>
    public void AddForged(string name, long[] shape, long offset, long size, int partitions = 0) => _entries[Encoding.UTF8.GetBytes(name)] =
    [
        .. Field(1, DtFloat), .. Message(2, Shape(shape)), .. Field(4, offset), .. Field(5, size),
        .. Enumerable.Range(0, partitions).SelectMany(_ => Message(7, Message(1, []))),
    ];

    public void Write(string prefix)
    {
        _entries[[]] = [.. Field(1, _shards.Length), .. Message(3, Field(1, 1))];
        Directory.CreateDirectory(Path.GetDirectoryName(prefix)!);
        for (var i = 0; i < _shards.Length; i++) File.WriteAllBytes($"{prefix}.data-{i:D5}-of-{_shards.Length:D5}", _shards[i].ToArray());
        File.WriteAllBytes(prefix + ".index", Table());
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(prefix)!, "checkpoint"),
            $"model_checkpoint_path: \"{Path.GetFileName(prefix)}\"\nall_model_checkpoint_paths: \"{Path.GetFileName(prefix)}\"\n");
    }

    public static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes) crc = (crc >> 8) ^ CrcTable[(byte)(crc ^ value)];
        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
    }

    /// <summary>Puts the bytes into a data file; gives the entry: type 1, shape 2, file 3, offset 4, size 5, checksum 6.</summary>
    private byte[] Store(int type, byte[] bytes, long[] shape)
    {
        var shard = _stored++ % _shards.Length;
        // Multiples of 4 only by chance in real files: an odd gap keeps the reader honest about alignment.
        _shards[shard].Write(new byte[_shards[shard].Length % 2 == 0 ? 1 : 0]);
        var offset = _shards[shard].Length;
        _shards[shard].Write(bytes);
        return
        [
            .. Field(1, type), .. Message(2, Shape(shape)), .. Field(3, shard), .. Field(4, offset), .. Field(5, bytes.Length),
            (6 << 3) | 5, .. BitConverter.GetBytes(MaskedCrc(bytes)),
        ];
    }

    private static byte[] Shape(long[] shape) => [.. shape.SelectMany(size => Message(2, Field(1, size)))];

    private static byte[] Field(int number, long value) => value == 0 ? [] : [(byte)(number << 3), .. Number(value)];

    private static byte[] Message(int number, byte[] content) => [(byte)(number << 3 | 2), .. Number(content.Length), .. content];

    private byte[] Table()
    {
        var (file, index) = (new MemoryStream(), new List<(byte[] Key, byte[] Value)>());
        var block = new List<(byte[] Key, byte[] Value)>();
        foreach (var (key, value) in _entries)
        {
            block.Add((key, value));
            if (block.Sum(entry => entry.Key.Length + entry.Value.Length) >= BlockSize) Close();
        }
        if (block.Count > 0) Close();
        var meta = Append(file, []);
        var footer = new MemoryStream();
        footer.Write(meta);
        footer.Write(Append(file, index));
        footer.Write(new byte[40 - footer.Length]);
        footer.Write([0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]);
        file.Write(footer.ToArray());
        return file.ToArray();

        void Close()
        {
            var handle = Append(file, block);
            for (var i = 0; i < NamesOfABlock; i++) index.Add((block[^1].Key, handle));
            block.Clear();
        }
    }

    /// <summary>Appends a block; gives its handle.</summary>
    private static byte[] Append(MemoryStream file, List<(byte[] Key, byte[] Value)> entries)
    {
        var (block, restarts, previous) = (new MemoryStream(), new List<uint>(), Array.Empty<byte>());
        for (var i = 0; i < entries.Count; i++)
        {
            var (key, value) = entries[i];
            if (i % 16 == 0) restarts.Add((uint)block.Length);
            var shared = i % 16 == 0 ? 0 : key.AsSpan().CommonPrefixLength(previous);
            block.Write([.. Number(shared), .. Number(key.Length - shared), .. Number(value.Length), .. key[shared..], .. value]);
            previous = key;
        }
        if (restarts.Count == 0) restarts.Add(0);
        foreach (var restart in restarts.Append((uint)restarts.Count)) block.Write(BitConverter.GetBytes(restart));
        byte[] handle = [.. Number(file.Length), .. Number(block.Length)];
        block.WriteByte(0);
        file.Write(block.ToArray());
        file.Write(BitConverter.GetBytes(MaskedCrc(block.ToArray())));
        return handle;
    }

    private static byte[] Number(long value)
    {
        var bytes = new List<byte>();
        for (; value >= 128; value >>= 7) bytes.Add((byte)(value | 128));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    /// <summary>The key of a partition along the first dimension; the others are whole, which is coded as start 0, length -1.</summary>
    private static byte[] SliceKey(string name, long start, long length, int dimensions)
    {
        var key = new List<byte> { 0 };
        foreach (var value in Encoding.UTF8.GetBytes(name)) key.AddRange(value switch { 0 => [0, 255], 255 => [255, 0], _ => [value] });
        key.AddRange([0, 1, 1, (byte)dimensions, .. Ordered(start), .. Ordered(length)]);
        for (var d = 1; d < dimensions; d++) key.AddRange([.. Ordered(0), .. Ordered(-1)]);
        return [.. key];
    }

    /// <summary>TensorFlow's signed ordered code: the number of leading ones tells the length, so that bytes sort as numbers do.</summary>
    private static byte[] Ordered(long value)
    {
        var magnitude = value < 0 ? ~value : value;
        if (magnitude < 64) return [(byte)(0x80 ^ value)];
        var length = 2;
        while (length < 8 && magnitude >= 1L << (7 * length - 1)) length++;
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        bytes = bytes[^length..];
        bytes[0] ^= (byte)(0xff << (8 - length));
        return bytes;
    }
}
