using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using Pfe.Interop.Wire;
using Pfe.Storage;

namespace Pfe.Interop.TensorFlow;

/// <summary>A variable in a checkpoint.</summary>
/// <param name="Name">Its name, scopes included.</param>
/// <param name="Type">Element type: float, half, bfloat16, double, int32, int64, or TensorFlow's number for others.</param>
/// <param name="Shape">Its sizes; empty for a scalar.</param>
/// <param name="SlotOf">The variable it belongs to, where it is an optimiser's slot (<c>fc1/weights/Momentum</c>); else null.</param>
internal sealed record CheckpointVariable(string Name, string Type, IReadOnlyList<long> Shape, string? SlotOf);

/// <summary>
/// A TensorFlow V2 checkpoint (ckpt-N.index with ckpt-N.data-...): read without TensorFlow, every checksum verified, partitioned variables
/// put together. Thread-safe for reading.
/// </summary>
public sealed class TensorFlowCheckpoint : IDisposable
{
    private const int StringType = 7;

    private readonly SortedDictionary<string, BundleEntryProto> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<BundleEntryProto>> _slices = new(StringComparer.Ordinal);
    private readonly FileBytes[] _shards;

    private TensorFlowCheckpoint(string prefix)
    {
        Prefix = prefix;
        var index = prefix + ".index";
        var bytes = InputFile.Bytes(index);
        BundleHeaderProto? header = null;
        foreach (var (key, value) in SortedTable.Read(bytes, index))
        {
            if (key.Length == 0) header = Parse(BundleHeaderProto.Parser, value, index);
            else if (SliceKey.NameOf(key) is { } whole) Slices(whole).Add(Parse(BundleEntryProto.Parser, value, index));
            else _entries[Encoding.UTF8.GetString(key)] = Parse(BundleEntryProto.Parser, value, index);
        }
        if (header is null) throw new PfeException($"'{index}' is damaged: it has no header entry");
        if (header.Endianness != BundleHeaderProto.Types.Endianness.Little)
            throw new PfeException($"'{index}' was written on a big-endian machine, which Pfe does not read; save it again on a " +
                "little-endian one");
        if (header.NumShards is < 1 or > 99_999) throw new PfeException($"'{index}' is damaged: it names {header.NumShards} data files");
        _shards = new FileBytes[header.NumShards];
        try
        {
            for (var i = 0; i < _shards.Length; i++) _shards[i] = FileBytes.Map($"{prefix}.data-{i:D5}-of-{_shards.Length:D5}");
        }
        catch { Dispose(); throw; }
    }

    /// <summary>The checkpoint's path without an ending.</summary>
    public string Prefix { get; }

    /// <summary>The variables, in the order of their names.</summary>
    internal IEnumerable<CheckpointVariable> Variables => _entries.Select(pair => Describe(pair.Key, pair.Value));

    /// <summary>Opens a checkpoint.</summary>
    /// <param name="path">A folder, a prefix (<c>folder/ckpt-3000</c>), or any of the checkpoint's files.</param>
    /// <exception cref="PfeException">There is no checkpoint, more than one to choose from, or it is damaged.</exception>
    public static TensorFlowCheckpoint Open(string path) => new(CheckpointFolder.PrefixOf(path));

    /// <summary>Whether there is a variable of this name.</summary>
    /// <param name="name">The full name.</param>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>A variable's type and shape.</summary>
    /// <param name="name">The full name.</param>
    /// <exception cref="PfeException">There is none.</exception>
    internal CheckpointVariable Describe(string name) => Describe(name, Find(name));

    /// <summary>A variable's values as float32, row-major; half, bfloat16 and double are converted.</summary>
    /// <param name="name">The full name.</param>
    /// <exception cref="PfeException">There is none, it does not hold real numbers, or its checksum is wrong.</exception>
    public float[] ReadFloats(string name)
    {
        var entry = Find(name);
        if (entry.Slices.Count == 0) return Floats(name, entry);
        return Join(name, entry);
    }

    /// <summary>Verifies every variable's bytes against its checksum; strings, whose checksum is over other bytes, are left out.</summary>
    /// <returns>How many stored tensors were verified.</returns>
    /// <exception cref="PfeException">One is wrong; the message names it.</exception>
    public int Verify()
    {
        var count = 0;
        foreach (var (name, entry) in _entries.Where(pair => pair.Value.Dtype != StringType))
            foreach (var stored in entry.Slices.Count == 0 ? [entry] : SlicesOf(name, entry).Select(pair => pair.Stored))
            {
                Bytes(name, stored);
                count++;
            }
        return count;
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var shard in _shards) shard?.Dispose();
    }

    private CheckpointVariable Describe(string name, BundleEntryProto entry)
    {
        // An optimiser keeps its slots under the variable's own name, where no other variable can be.
        var slash = name.LastIndexOf('/');
        return new CheckpointVariable(
            name, TypeName(entry.Dtype), Shape(entry), slash > 0 && _entries.ContainsKey(name[..slash]) ? name[..slash] : null);
    }

    private List<BundleEntryProto> Slices(string name)
    {
        if (!_slices.TryGetValue(name, out var list)) _slices[name] = list = [];
        return list;
    }

    private BundleEntryProto Find(string name) => _entries.GetValueOrDefault(name)
        ?? throw new PfeException($"checkpoint '{Prefix}' has no variable '{name}'");

    /// <summary>
    /// A partitioned variable's slices with where they belong. Their keys sort as their (start, length) tuples do, so both lists are in
    /// the same order and the keys' number encoding need not be undone.
    /// </summary>
    private IEnumerable<(TensorSliceProto Where, BundleEntryProto Stored)> SlicesOf(string name, BundleEntryProto entry)
    {
        var stored = _slices.GetValueOrDefault(name) ?? [];
        if (stored.Count != entry.Slices.Count)
            throw new PfeException($"checkpoint '{Prefix}' is damaged: variable '{name}' has {entry.Slices.Count} partitions, " +
                $"{stored.Count} are stored");
        return entry.Slices.OrderBy(slice => slice, SliceKey.Order).Zip(stored);
    }

    private float[] Join(string name, BundleEntryProto entry)
    {
        var shape = Shape(entry);
        if (shape.Length == 0) throw new PfeException($"checkpoint '{Prefix}' is damaged: '{name}' is a single number in partitions");
        var slices = SlicesOf(name, entry).ToList();
        // Before memory is taken for what the shape says: the partitions hold as much, and do not share their bytes.
        var (covered, bytes) = (slices.Sum(slice => (long)Count(Shape(slice.Stored))), slices.Sum(slice => slice.Stored.Size));
        if (covered != Count(shape) || bytes > _shards.Sum(shard => shard.Length))
            throw new PfeException($"checkpoint '{Prefix}' is damaged: the partitions of '{name}' hold {covered} of {Count(shape)} values");
        var result = new float[covered];
        foreach (var (where, stored) in slices)
        {
            var (part, start) = (Shape(stored), new long[shape.Length]);
            for (var d = 0; d < shape.Length; d++)
            {
                var extent = where.Extent.Count == shape.Length ? where.Extent[d] : new TensorSliceProto.Types.Extent();
                start[d] = extent.Start;
                if (part.Length != shape.Length || part[d] != (extent.HasLength ? extent.Length : shape[d]) || start[d] < 0
                    || start[d] > shape[d] - part[d])
                    throw new PfeException($"checkpoint '{Prefix}' is damaged: a partition of '{name}' is [{string.Join(", ", part)}], " +
                        "which is not what its place says");
            }
            Place(Floats(name, stored), part, result, shape, start);
        }
        return result;
    }

    private static void Place(float[] part, long[] partShape, float[] whole, long[] shape, long[] start)
    {
        var row = (int)partShape[^1];
        for (var from = 0; from < part.Length; from += row)
        {
            var (to, rest, stride) = (start[^1], (long)from / row, shape[^1]);
            for (var d = shape.Length - 2; d >= 0; d--)
            {
                to += (rest % partShape[d] + start[d]) * stride;
                rest /= partShape[d];
                stride *= shape[d];
            }
            part.AsSpan(from, row).CopyTo(whole.AsSpan((int)to));
        }
    }

    private float[] Floats(string name, BundleEntryProto entry)
    {
        var bytes = Bytes(name, entry);
        var count = Count(Shape(entry));
        var width = entry.Dtype switch { 1 => 4, 2 => 8, 14 or 19 => 2, _ => 0 };
        if (width == 0) throw new PfeException($"checkpoint '{Prefix}': variable '{name}' holds {TypeName(entry.Dtype)}, real numbers " +
            "are wanted");
        if (bytes.Length != (long)count * width)
            throw new PfeException($"checkpoint '{Prefix}' is damaged: variable '{name}' has {bytes.Length} bytes, its shape needs " +
                $"{(long)count * width}");
        if (width == 4) return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        var result = new float[count];
        for (var i = 0; i < result.Length; i++)
        {
            var at = bytes[(i * width)..];
            result[i] = entry.Dtype switch
            {
                2 => (float)BinaryPrimitives.ReadDoubleLittleEndian(at),
                14 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(at) << 16),
                _ => (float)BinaryPrimitives.ReadHalfLittleEndian(at),
            };
        }
        return result;
    }

    private ReadOnlySpan<byte> Bytes(string name, BundleEntryProto entry)
    {
        if (entry.ShardId < 0 || entry.ShardId >= _shards.Length || entry.Offset < 0 || entry.Size is < 0 or > int.MaxValue
            || entry.Offset > _shards[entry.ShardId].Length - entry.Size)
            throw new PfeException($"checkpoint '{Prefix}' is damaged: variable '{name}' lies at {entry.Offset} of data file " +
                $"{entry.ShardId}");
        var bytes = _shards[entry.ShardId].Span<byte>(entry.Offset, (int)entry.Size);
        if (Crc32C.Masked(bytes) != entry.Crc32C)
            throw new PfeException($"'{_shards[entry.ShardId].FilePath}' is damaged: the checksum of variable '{name}' is wrong");
        return bytes;
    }

    private long[] Shape(BundleEntryProto entry)
    {
        long[] shape = [.. entry.Shape?.Dim.Select(dim => dim.Size) ?? []];
        var left = (long)Array.MaxLength;
        foreach (var size in shape)
        {
            if (size < 0 || (left /= Math.Max(1, size)) == 0)
                throw new PfeException($"checkpoint '{Prefix}' is damaged: it has a variable of the shape " +
                    $"[{string.Join(", ", shape.Take(8))}]");
        }
        return shape;
    }

    private static int Count(long[] shape) => (int)shape.Aggregate(1L, (product, size) => product * size);

    private static T Parse<T>(MessageParser<T> parser, byte[] bytes, string name) where T : IMessage<T>
    {
        try { return parser.ParseFrom(bytes); }
        catch (InvalidProtocolBufferException e)
        {
            throw new PfeException(
            $"'{name}' is damaged: an entry cannot be read ({e.Message})", e);
        }
    }

    private static string TypeName(int type) => type switch
    {
        1 => "float",
        2 => "double",
        3 =>
            "int32",
        4 => "uint8",
        StringType => "string",
        9 => "int64",
        10 => "bool",
        14 => "bfloat16",
        19 => "half",
        _ => $"TensorFlow type {type}",
    };
}
