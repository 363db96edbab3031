using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Search;

/// <summary>Where a segment lies and what it holds.</summary>
/// <param name="Offset">First byte in the file, a multiple of the page size.</param>
/// <param name="Length">Bytes, the table of checksums included.</param>
/// <param name="Count">Faces.</param>
/// <param name="NamesLength">Bytes of the ids at its end.</param>
/// <param name="Checksum">CRC-32C of the table of checksums; in version 1 of all its bytes.</param>
/// <param name="Range">Its variances.</param>
internal sealed record SegmentEntry(long Offset, long Length, int Count, long NamesLength, uint Checksum, VarianceRange Range);

/// <summary>
/// One committed state of an index file: its segments and its removed faces. A change writes new segments and a new directory behind the
/// old ones, flushes, and then writes the place of the directory into both of two slots, one after the other: whoever reads finds one of
/// them whole, and a bit that flips in one leaves the other. Version 1 wrote the older of its two slots only.
/// </summary>
/// <param name="Sequence">Number of changes so far.</param>
/// <param name="End">Where the next segment may begin: the end of what is committed.</param>
/// <param name="Segments">In the order in which their faces are numbered.</param>
/// <param name="Removed">Numbers of the removed faces, ascending.</param>
internal sealed record IndexDirectory(long Sequence, long End, IReadOnlyList<SegmentEntry> Segments, IReadOnlyList<int> Removed)
{
    private const int SlotLength = 40;
    private const int Tries = 5;

    public static IndexDirectory Empty { get; } = new(0, IndexHead.PageSize, [], []);

    public int FaceCount => Segments.Sum(segment => segment.Count);

    /// <summary>The checksum of its bytes.</summary>
    public uint Checksum { get; init; }

    /// <summary>Whether the newest slot of a file's first page is that of a directory: nothing has changed since it was read.</summary>
    public static bool IsNewest(IndexDirectory directory, ReadOnlySpan<byte> page)
    {
        var newest = Slot.Newest(page);
        return newest is not null && newest.Sequence == directory.Sequence && newest.Checksum == directory.Checksum
            && newest.Start + newest.Length == directory.End;
    }

    /// <summary>Reads the last committed state while others may be writing the next one.</summary>
    /// <exception cref="PfeException">There is none that is whole.</exception>
    public static IndexDirectory Read(SafeFileHandle file, string path, IndexHead head)
    {
        var page = new byte[IndexHead.PageSize];
        for (var attempt = 1; ; attempt++)
        {
            RandomAccess.Read(file, page, 0);
            // Of two slots the newer whole one counts; a change that was cut off has spoilt the other at most. Its directory was on disk
            // before it, so where that is damaged there is nothing to fall back on.
            var why = "neither of its two slots is whole";
            if (Slot.Newest(page) is { } slot && TryRead(file, path, head, slot, out why) is { } state) return state;
            // A writer may have been at both while we looked; damage stays.
            if (attempt == Tries) throw IndexHead.Damaged(path, why);
            Thread.Sleep(1);
        }
    }

    /// <summary>Writes this state's directory at the stream's position, flushes, and commits it.</summary>
    public void Commit(Stream written)
    {
        if (written is not FileStream stream) throw new PfeException("an index is written to a file; devices and pipes cannot go back");
        var directory = Bytes();
        var slot = new Slot(Sequence, stream.Position, directory.Length, Crc32C.Of(directory)).Bytes();
        stream.Write(directory);
        stream.Flush(flushToDisk: true);
        for (var number = 0; number < 2; number++)
        {
            stream.Position = Slot.Offset(number);
            stream.Write(slot);
            // The first must be on disk before the second is touched; the second may follow with the next change.
            stream.Flush(flushToDisk: number == 0);
        }
    }

    private static IndexDirectory? TryRead(SafeFileHandle file, string path, IndexHead head, Slot slot, out string why)
    {
        why = "its directory does not lie within it";
        var length = RandomAccess.GetLength(file);
        if (slot.Start < IndexHead.PageSize || slot.Length is < 8 or > int.MaxValue || slot.Start > length
            || slot.Length > length - slot.Start) return null;
        var bytes = new byte[slot.Length];
        for (int at = 0, read; at < bytes.Length; at += read)
            if ((read = RandomAccess.Read(file, bytes.AsSpan(at), slot.Start + at)) == 0) return null;
        why = "the checksum of its directory does not match";
        if (Crc32C.Of(bytes) != slot.Checksum) return null;
        // From here on its writer meant every byte: what is wrong now is wrong for ever.
        return Parse(bytes, path, head, slot);
    }

    // Counts are compared with the bytes that are there before anything is allocated for them.
    private static IndexDirectory Parse(ReadOnlySpan<byte> bytes, string path, IndexHead head, Slot slot)
    {
        var entry = head.Version == 1 ? 32 : 36;
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (count < 0 || count > (bytes.Length - 8) / entry)
            throw IndexHead.Damaged(path, $"its directory of {bytes.Length} bytes speaks of {count} segments");
        var segments = new SegmentEntry[count];
        for (var i = 0; i < count; i++) segments[i] = Entry(bytes.Slice(4 + i * entry, entry), head.Version);
        var rest = bytes[(4 + count * entry)..];
        var removals = BinaryPrimitives.ReadInt32LittleEndian(rest);
        if (removals < 0 || 4 * (removals + 1L) != rest.Length)
            throw IndexHead.Damaged(path, $"its directory speaks of {removals} removed faces and has {rest.Length - 4} bytes for them");
        var removed = new int[removals];
        for (var i = 0; i < removed.Length; i++) removed[i] = BinaryPrimitives.ReadInt32LittleEndian(rest[(4 + 4 * i)..]);
        Check(segments, removed, path, head, slot.Start);
        return new IndexDirectory(slot.Sequence, slot.Start + slot.Length, segments, removed) { Checksum = slot.Checksum };
    }

    private static void Check(SegmentEntry[] segments, int[] removed, string path, IndexHead head, long start)
    {
        var (faces, at) = (0L, (long)IndexHead.PageSize);
        foreach (var segment in segments)
        {
            if (segment.Offset % IndexHead.PageSize != 0 || segment.Offset < at || segment.Length < 0 || segment.Offset > start
                || segment.Length > start - segment.Offset)
                throw IndexHead.Damaged(path, $"a segment of {segment.Length} bytes at {segment.Offset} overlaps others or lies outside");
            if (segment.Count < 0) throw IndexHead.Damaged(path, $"a segment holds {segment.Count} faces");
            var range = segment.Range;
            if (segment.Count > 0 && !(range.Min <= range.Max && range.FitsKernels))
                throw IndexHead.Damaged(path, $"variances go from {range.Min} to {range.Max}");
            SegmentLayout.Check(head, segment, path);
            (faces, at) = (faces + segment.Count, segment.Offset + segment.Length);
        }
        if (faces > int.MaxValue) throw IndexHead.Damaged(path, $"it holds {faces} faces");
        for (var i = 0; i < removed.Length; i++)
            if (removed[i] >= faces || removed[i] <= (i == 0 ? -1 : removed[i - 1]))
                throw IndexHead.Damaged(path, $"the removed face {removed[i]} is none of its {faces} faces, or out of order");
    }

    private static SegmentEntry Entry(ReadOnlySpan<byte> bytes, int version)
    {
        var (offset, length, count) = (BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]));
        var (checksum, range) = (BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]),
            new VarianceRange(BinaryPrimitives.ReadSingleLittleEndian(bytes[24..]), BinaryPrimitives.ReadSingleLittleEndian(bytes[28..])));
        return new SegmentEntry(offset, length, count, version == 1 ? -1 : BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]), checksum,
            range);
    }

    private byte[] Bytes()
    {
        var bytes = new byte[8 + 36 * Segments.Count + 4 * Removed.Count];
        var at = bytes.AsSpan();
        BinaryPrimitives.WriteInt32LittleEndian(at, Segments.Count);
        at = at[4..];
        foreach (var segment in Segments)
        {
            BinaryPrimitives.WriteInt64LittleEndian(at, segment.Offset);
            BinaryPrimitives.WriteInt64LittleEndian(at[8..], segment.Length);
            BinaryPrimitives.WriteInt32LittleEndian(at[16..], segment.Count);
            BinaryPrimitives.WriteUInt32LittleEndian(at[20..], segment.Checksum);
            BinaryPrimitives.WriteSingleLittleEndian(at[24..], segment.Range.Min);
            BinaryPrimitives.WriteSingleLittleEndian(at[28..], segment.Range.Max);
            BinaryPrimitives.WriteUInt32LittleEndian(at[32..], checked((uint)segment.NamesLength));
            at = at[36..];
        }
        BinaryPrimitives.WriteInt32LittleEndian(at, Removed.Count);
        foreach (var face in Removed) BinaryPrimitives.WriteInt32LittleEndian(at = at[4..], face);
        return bytes;
    }

    /// <summary>Where a directory lies.</summary>
    private sealed record Slot(long Sequence, long Start, long Length, uint Checksum)
    {
        public static long Offset(int number) => 512 * (1 + number);

        /// <summary>The newer whole slot of a first page; null where there is none.</summary>
        public static Slot? Newest(ReadOnlySpan<byte> page)
        {
            var (first, second) = (Of(page, 0), Of(page, 1));
            return first is null || second?.Sequence > first.Sequence ? second : first;
        }

        /// <summary>A slot of the first page; null where it is empty or not whole.</summary>
        public static Slot? Of(ReadOnlySpan<byte> page, int number)
        {
            var bytes = page.Slice((int)Offset(number), SlotLength);
            return Crc32C.Of(bytes[..32]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]) ? null : new Slot(
                BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]));
        }

        public byte[] Bytes()
        {
            var bytes = new byte[SlotLength];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, Sequence);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), Start);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Length);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), Checksum);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(32), Crc32C.Of(bytes.AsSpan(0, 32)));
            return bytes;
        }
    }
}
