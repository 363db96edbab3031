using System.Buffers.Binary;
using System.Text;
using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Search;

/// <summary>
/// The outline of an index file. A head of one page names format, dimension, store and scale, and holds two commit slots. Segments of faces
/// follow, then a directory of the segments and of the removed faces. A change writes new segments and a new directory behind the old ones
/// and then, after a flush, the slot that is older: whoever reads sees the state before or after, whatever happens in between.
/// </summary>
/// <param name="Dimension">D.</param>
/// <param name="Store">How faces are held.</param>
/// <param name="Scale">The scale of every face in the file.</param>
internal sealed record IndexFile(int Dimension, BlockStore Store, VarianceScale Scale)
{
    public const int PageSize = 4096;
    private const int Version = 1;
    private const int HeadLength = 32;
    private const int SlotLength = 40;
    private static ReadOnlySpan<byte> Magic => "PFEINDEX"u8;

    /// <summary>Number of changes so far.</summary>
    public long Sequence { get; init; }

    /// <summary>Where the next segment may begin: the end of what is committed.</summary>
    public long End { get; init; } = PageSize;

    public IReadOnlyList<SegmentEntry> Segments { get; init; } = [];

    /// <summary>Numbers of the removed faces, ascending.</summary>
    public IReadOnlyList<int> Removed { get; init; } = [];

    /// <summary>All faces ever added.</summary>
    public int FaceCount => Segments.Sum(segment => segment.Count);

    /// <summary>Reads the last committed state.</summary>
    /// <exception cref="PfeException">Not an index, of a later version, or damaged.</exception>
    public static IndexFile Read(FileBytes file)
    {
        if (file.Length < PageSize || !file.Span<byte>(0, 8).SequenceEqual(Magic))
        {
            throw new WrongFileKindException(file.FilePath, PfeFileKind.Index,
                $"'{file.FilePath}' is not an index of faces: it should begin with PFEINDEX");
        }
        var head = file.Span<byte>(0, HeadLength);
        var version = BinaryPrimitives.ReadInt32LittleEndian(head[8..]);
        if (version != Version) throw new PfeException($"'{file.FilePath}' is an index of version {version}; this program reads version " +
            $"{Version}");
        if (Crc32C.Of(head[..28]) != BinaryPrimitives.ReadUInt32LittleEndian(head[28..]))
            throw Damaged(file, "the checksum of its head does not match");
        var index = new IndexFile(
            BinaryPrimitives.ReadInt32LittleEndian(head[12..]), (BlockStore)BinaryPrimitives.ReadInt32LittleEndian(head[16..]),
                new VarianceScale(BinaryPrimitives.ReadInt32LittleEndian(head[20..])));
        // Of two slots the newer intact one counts; a change that was cut off has spoilt the other at most.
        var state = Enumerable.Range(0, 2).Select(slot => index.ReadSlot(file, slot)).OfType<IndexFile>()
            .MaxBy(candidate => candidate.Sequence);
        return state ?? throw Damaged(file, "neither of its two directories is intact");
    }

    /// <summary>The first page of a new file, with empty slots.</summary>
    public byte[] Head()
    {
        var page = new byte[PageSize];
        Magic.CopyTo(page);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(12), Dimension);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(16), (int)Store);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(20), Scale.Exponent);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(28), Crc32C.Of(page.AsSpan(0, 28)));
        return page;
    }

    /// <summary>Writes this state's directory at the stream's position, flushes, and commits it.</summary>
    public void Commit(FileStream stream)
    {
        var directory = Directory();
        var offset = stream.Position;
        stream.Write(directory);
        stream.Flush(flushToDisk: true);
        var slot = new byte[SlotLength];
        BinaryPrimitives.WriteInt64LittleEndian(slot, Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(slot.AsSpan(8), offset);
        BinaryPrimitives.WriteInt64LittleEndian(slot.AsSpan(16), directory.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(slot.AsSpan(24), Crc32C.Of(directory));
        BinaryPrimitives.WriteUInt32LittleEndian(slot.AsSpan(32), Crc32C.Of(slot.AsSpan(0, 32)));
        stream.Position = SlotOffset((int)(Sequence % 2));
        stream.Write(slot);
        stream.Flush(flushToDisk: true);
    }

    private static long SlotOffset(int slot) => 512 * (1 + slot);

    private IndexFile? ReadSlot(FileBytes file, int number)
    {
        var slot = file.Span<byte>(SlotOffset(number), SlotLength);
        if (Crc32C.Of(slot[..32]) != BinaryPrimitives.ReadUInt32LittleEndian(slot[32..])) return null;
        var (offset, length) = (BinaryPrimitives.ReadInt64LittleEndian(slot[8..]), BinaryPrimitives.ReadInt64LittleEndian(slot[16..]));
        if (offset < PageSize || length is < 8 or > int.MaxValue || offset + length > file.Length) return null;
        var directory = file.Span<byte>(offset, (int)length);
        if (Crc32C.Of(directory) != BinaryPrimitives.ReadUInt32LittleEndian(slot[24..])) return null;
        using var reader = new BinaryReader(new MemoryStream(directory.ToArray()), Encoding.UTF8);
        var segments = new SegmentEntry[reader.ReadInt32()];
        for (var i = 0; i < segments.Length; i++)
            segments[i] = new SegmentEntry(
                reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt32(), reader.ReadUInt32(),
                new VarianceRange(reader.ReadSingle(), reader.ReadSingle()));
        var removed = new int[reader.ReadInt32()];
        for (var i = 0; i < removed.Length; i++) removed[i] = reader.ReadInt32();
        var state = this with { Sequence = BinaryPrimitives.ReadInt64LittleEndian(slot), End = offset + length, Segments = segments,
            Removed = removed };
        return segments.All(segment => segment.Offset + segment.Length <= file.Length) ? state : null;
    }

    private byte[] Directory()
    {
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Segments.Count);
            foreach (var segment in Segments)
            {
                writer.Write(segment.Offset);
                writer.Write(segment.Length);
                writer.Write(segment.Count);
                writer.Write(segment.Checksum);
                writer.Write(segment.Range.Min);
                writer.Write(segment.Range.Max);
            }
            writer.Write(Removed.Count);
            foreach (var face in Removed) writer.Write(face);
        }
        return memory.ToArray();
    }

    private static PfeException Damaged(FileBytes file, string how) => new($"'{file.FilePath}' is damaged: {how}");
}

/// <summary>Where a segment lies and what it holds.</summary>
/// <param name="Offset">First byte in the file, a multiple of the page size.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Count">Faces.</param>
/// <param name="Checksum">CRC-32C of its bytes.</param>
/// <param name="Range">Its variances.</param>
internal sealed record SegmentEntry(long Offset, long Length, int Count, uint Checksum, VarianceRange Range);
