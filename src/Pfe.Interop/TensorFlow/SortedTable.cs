using System.Buffers.Binary;
using Pfe.Storage;

namespace Pfe.Interop.TensorFlow;

/// <summary>Reads a table in LevelDB's format, as TensorFlow's .index files are: sorted keys, prefix-compressed in checksummed
/// blocks.</summary>
internal static class SortedTable
{
    private const int FooterSize = 48;
    private const ulong Magic = 0xdb4775248b80fb57;
    private const int LongestKey = 4096, MostKeyBytes = 16 << 20;

    /// <summary>All entries in the order of their keys.</summary>
    /// <exception cref="PfeException">Not such a table, damaged, or compressed.</exception>
    public static IEnumerable<(byte[] Key, byte[] Value)> Read(byte[] file, string name)
    {
        if (file.Length < FooterSize || BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan()[^8..]) != Magic)
            throw new PfeException($"'{name}' is not the index of a TensorFlow checkpoint, or it is truncated: its last 8 bytes should " +
                "be the table's mark");
        var at = file.Length - FooterSize;
        // The footer begins with where the filter block is, which nothing here needs.
        Handle(file, ref at, name);
        var (end, keyBytes) = (0L, 0L);
        foreach (var (_, value) in Block(file, Handle(file, ref at, name), name).ToList())
        {
            var position = 0;
            var block = Handle(value, ref position, name);
            // A table's blocks follow one another. One that is named a thousand times would be a thousand blocks.
            if (block.Offset < end) throw Damaged(name, $"the block at {block.Offset} lies before the end of the one before it, {end}");
            foreach (var entry in Block(file, block, name))
            {
                // A key holds the beginning of the one before it: each may be longer than all that is stored of it.
                if ((keyBytes += entry.Key.Length) > MostKeyBytes)
                    throw Damaged(name, $"its names come to more than {MostKeyBytes >> 20} MB");
                yield return entry;
            }
            end = block.Offset + block.Size;
        }
    }

    private static IEnumerable<(byte[] Key, byte[] Value)> Block(byte[] file, (long Offset, long Size) block, string name)
    {
        var (offset, size) = block;
        // Behind each block: its compression type (one byte) and the checksum of both.
        if (offset < 0 || size < 4 || offset > file.Length - 5 || size > file.Length - 5 - offset)
            throw Damaged(name, $"a block at {offset} of {size} bytes reaches past the end");
        var (start, length) = ((int)offset, (int)size);
        if (Crc32C.Masked(file.AsSpan(start, length + 1)) != BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(start + length + 1)))
            throw Damaged(name, $"the checksum of the block at {offset} is wrong");
        if (file[start + length] != 0)
            throw new PfeException($"'{name}' is compressed (type {file[start + length]}); TensorFlow's own Saver writes checkpoint " +
                "indexes uncompressed: save it again with that");
        var restarts = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(start + length - 4));
        var end = start + length - 4 * (restarts + 1L);
        if (end < start) throw Damaged(name, $"the block at {offset} is too small for its {restarts} restart points");
        var key = Array.Empty<byte>();
        for (var at = start; at < end;)
        {
            var shared = Number(file, ref at, name);
            var rest = Number(file, ref at, name);
            var content = Number(file, ref at, name);
            if (shared < 0 || shared > key.Length || rest < 0 || content < 0 || rest > end - at || content > end - at - rest)
                throw Damaged(name, $"an entry at {at} does not fit into its block");
            if (shared + rest > LongestKey) throw Damaged(name, $"the key at {at} has {shared + rest} bytes");
            key = [.. key.AsSpan(0, (int)shared), .. file.AsSpan(at, (int)rest)];
            at += (int)rest;
            yield return (key, file[at..(at + (int)content)]);
            at += (int)content;
        }
    }

    private static (long Offset, long Size) Handle(byte[] bytes, ref int at, string name) =>
        (Number(bytes, ref at, name), Number(bytes, ref at, name));

    private static long Number(byte[] bytes, ref int at, string name)
    {
        var value = 0L;
        for (var shift = 0; shift < 64 && at < bytes.Length; shift += 7)
        {
            var part = bytes[at++];
            value |= (long)(part & 127) << shift;
            if (part < 128) return value;
        }
        throw Damaged(name, $"a number at {at} has no end");
    }

    private static PfeException Damaged(string name, string how) => new($"'{name}' is damaged: {how}");
}
