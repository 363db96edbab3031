using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Pfe.Scoring.Blocks;
using Pfe.Storage;

namespace Pfe.Search;

/// <summary>
/// Some faces of an index file. Whatever is read from it is compared with its checksum when it is read for the first time (each time where
/// it is read from disk), so that a bit that flipped is an error and never a score or a name.
/// </summary>
internal sealed unsafe class Segment : IBlockSource
{
    private readonly string _path;
    private readonly IndexHead _head;
    private readonly bool _verify;
    private readonly byte[] _checksums;
    private readonly long[] _verified;
    private readonly (long Chunk, byte[]? Bytes)[] _recent = new (long, byte[]?)[4];
    private uint _next;
    private int _verifiedWhole;

    public Segment(string path, IndexHead head, SegmentEntry entry, IndexBytes bytes, int firstFace, bool verify)
    {
        (_path, _head, Entry, Bytes, FirstFace, _verify) = (path, head, entry, bytes, firstFace, verify);
        Layout = new SegmentLayout(head, entry);
        _checksums = new byte[Layout.Chunks * sizeof(uint)];
        _verified = new long[(Layout.Chunks + 63) / 64];
        bytes.Read(entry.Offset + Layout.DataLength, _checksums);
        if (head.Version > 1 && Crc32C.Of(_checksums) != entry.Checksum) throw Damaged("its checksums do not match their own");
    }

    public SegmentEntry Entry { get; }

    public IndexBytes Bytes { get; }

    public SegmentLayout Layout { get; }

    public int FirstFace { get; }

    public int Count => Entry.Count;

    public int BlockCount => (Count + FaceBlocks.Lanes - 1) / FaceBlocks.Lanes;

    public FaceBlocks Read(int begin, int end, RunBuffer buffer)
    {
        var start = Take(begin * Layout.BlockBytes, end * Layout.BlockBytes, buffer);
        var faces = (int)Math.Min((end - begin) * (long)FaceBlocks.Lanes, Count - begin * (long)FaceBlocks.Lanes);
        return new FaceBlocks(Bytes, start, faces, _head.Dimension, _head.Store, _head.Scale, Entry.Range);
    }

    public byte* ReadShort(int begin, int end, RunBuffer buffer) =>
        Take(Layout.Short + begin * Layout.ShortBytes, Layout.Short + end * Layout.ShortBytes, buffer);

    /// <summary>Copies the hashes of some faces: of the id, then of the person.</summary>
    public void CopyKeys(int first, Span<ulong> keys)
    {
        if (_head.Version > 1) Copy(Layout.Keys + first * (long)SegmentLayout.KeyBytes, MemoryMarshal.AsBytes(keys));
        else for (var i = 0; i < keys.Length; i++) keys[i] = PersonHash(first + i / 2);
    }

    /// <summary>The hash of a face's person.</summary>
    public ulong PersonHash(int face) => _head.Version == 1 ? Hash(Id(face)) : Key(face, sizeof(ulong));

    public FaceId Id(int face)
    {
        var name = Name(face, out _);
        // A face without a name, which version 1 allowed, goes by its number.
        if (name.Length == 0 && _head.Version == 1) return FirstFace + face;
        if (!IdText.TryRead(name, out var text, out var number)) throw Damaged($"the id of the face {FirstFace + face} is none");
        return text is null ? new FaceId(number) : new FaceId(text);
    }

    public PersonId Person(int face)
    {
        Name(face, out var person);
        if (person.Length == 0) return PersonId.Of(Id(face));
        if (!IdText.TryRead(person, out var text, out var number)) throw Damaged($"the person of the face {FirstFace + face} is none");
        return text is null ? new PersonId(number) : new PersonId(text);
    }

    /// <summary>Compares every checksum.</summary>
    public void Verify(CancellationToken cancellation)
    {
        if (_head.Version == 1)
        {
            VerifyWhole(cancellation);
            return;
        }
        using var buffer = new RunBuffer();
        for (long chunk = 0; chunk < Layout.Chunks; chunk++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (start, length) = Chunk(chunk);
            VerifyChunk(chunk, Bytes.InMemory ? Bytes.Pointer(Entry.Offset + start, length) : Fill(start, length, buffer), length);
        }
    }

    // Bytes of the segment, checked.
    private byte* Take(long begin, long end, RunBuffer buffer)
    {
        if (Bytes.InMemory)
        {
            if (_verify) VerifyInPlace(begin, end);
            return Bytes.Pointer(Entry.Offset + begin, end - begin);
        }
        if (!_verify || _head.Version == 1)
        {
            if (_verify) VerifyWhole(CancellationToken.None);
            return Fill(begin, end - begin, buffer);
        }
        // Whole chunks: their checksums are compared each time, as each time they come from disk.
        var (first, last) = (begin / Layout.ChunkBytes, (end - 1) / Layout.ChunkBytes);
        var start = first * Layout.ChunkBytes;
        var memory = Fill(start, Math.Min((last + 1) * Layout.ChunkBytes, Layout.DataLength) - start, buffer);
        for (var chunk = first; chunk <= last; chunk++) VerifyChunk(chunk, memory + (chunk - first) * Layout.ChunkBytes,
            Chunk(chunk).Length);
        return memory + (begin - start);
    }

    private byte* Fill(long start, long length, RunBuffer buffer)
    {
        var memory = buffer.Take(length);
        Bytes.Read(Entry.Offset + start, new Span<byte>(memory, checked((int)length)));
        return memory;
    }

    private void VerifyInPlace(long begin, long end)
    {
        if (_head.Version == 1)
        {
            VerifyWhole(CancellationToken.None);
            return;
        }
        for (var chunk = begin / Layout.ChunkBytes; chunk * Layout.ChunkBytes < end; chunk++)
        {
            var bit = 1L << (int)(chunk % 64);
            if ((Volatile.Read(ref _verified[chunk / 64]) & bit) != 0) continue;
            var (start, length) = Chunk(chunk);
            VerifyChunk(chunk, Bytes.Pointer(Entry.Offset + start, length), length);
            Interlocked.Or(ref _verified[chunk / 64], bit);
        }
    }

    private (long Start, long Length) Chunk(long chunk) =>
        (chunk * Layout.ChunkBytes, Math.Min(Layout.ChunkBytes, Layout.DataLength - chunk * Layout.ChunkBytes));

    private void VerifyChunk(long chunk, byte* bytes, long length)
    {
        if (Crc32C.Of(new ReadOnlySpan<byte>(bytes, checked((int)length))) == BinaryPrimitives.ReadUInt32LittleEndian(_checksums.AsSpan(
            (int)chunk * 4)))
            return;
        var (block, at) = (Layout.ChunkBytes / Layout.BlockBytes * FaceBlocks.Lanes, Entry.Offset + chunk * Layout.ChunkBytes);
        throw Damaged(chunk * Layout.ChunkBytes < Layout.Short
            ? $"faces {FirstFace + chunk * block} to {FirstFace + Math.Min(Count, (chunk + 1) * block) - 1} (bytes {at} on) do not match "
                + "their checksum"
            : $"bytes {at} to {at + length - 1} do not match their checksum");
    }

    // Version 1 has one checksum for a segment.
    private void VerifyWhole(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _verifiedWhole) != 0) return;
        var (running, part) = (Crc32C.Start, new byte[1 << 20]);
        for (long at = 0; at < Entry.Length; at += part.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            var bytes = part.AsSpan(0, (int)Math.Min(part.Length, Entry.Length - at));
            Bytes.Read(Entry.Offset + at, bytes);
            running = Crc32C.Add(running, bytes);
        }
        if (~running != Entry.Checksum) throw Damaged($"the faces {FirstFace} to {FirstFace + Count - 1} do not match their checksum");
        Volatile.Write(ref _verifiedWhole, 1);
    }

    private static ulong Hash(FaceId id) => IdText.Hash(id.Text, id.Number ?? 0);

    private ulong Key(int face, int offset)
    {
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        Copy(Layout.Keys + face * (long)SegmentLayout.KeyBytes + offset, key);
        return BinaryPrimitives.ReadUInt64LittleEndian(key);
    }

    private byte[] Name(int face, out byte[] person)
    {
        person = [];
        Span<byte> ends = stackalloc byte[3 * sizeof(uint)];
        // The end before, then the face's own: of its id and, since version 2, of its person.
        var own = ends[sizeof(uint)..(sizeof(uint) + Layout.EndBytes)];
        var first = face == 0 ? 0 : sizeof(uint);
        Copy(Layout.Ends + face * (long)Layout.EndBytes - first, ends[(sizeof(uint) - first)..(sizeof(uint) + own.Length)]);
        var start = face == 0 ? 0L : BinaryPrimitives.ReadUInt32LittleEndian(ends);
        long end = BinaryPrimitives.ReadUInt32LittleEndian(own), last = _head.Version == 1 ? end : BinaryPrimitives.ReadUInt32LittleEndian(
            own[4..]);
        if (start > end || end > last || last > Layout.DataLength - Layout.Names)
            throw Damaged($"the id of the face {FirstFace + face} does not lie within it");
        var id = new byte[checked((int)(end - start))];
        Copy(Layout.Names + start, id);
        if (last == end) return id;
        person = new byte[checked((int)(last - end))];
        Copy(Layout.Names + end, person);
        return id;
    }

    private void Copy(long start, Span<byte> into)
    {
        if (into.IsEmpty) return;
        if (Bytes.InMemory || !_verify || _head.Version == 1)
        {
            if (_verify) VerifyInPlace(start, start + into.Length);
            Bytes.Read(Entry.Offset + start, into);
            return;
        }
        while (!into.IsEmpty)
        {
            var (chunk, at) = Math.DivRem(start, Layout.ChunkBytes);
            var part = Recent(chunk).AsSpan((int)at);
            part = part[..Math.Min(part.Length, into.Length)];
            part.CopyTo(into);
            into = into[part.Length..];
            start += part.Length;
        }
    }

    // A chunk from disk, checked. Names are read a few bytes at a time, by turns from the hashes, the ends and the ids.
    private byte[] Recent(long chunk)
    {
        lock (_recent)
        {
            if (Array.Find(_recent, one => one.Bytes is not null && one.Chunk == chunk).Bytes is { } kept) return kept;
        }
        var (start, length) = Chunk(chunk);
        var bytes = new byte[length];
        Bytes.Read(Entry.Offset + start, bytes);
        fixed (byte* first = bytes) VerifyChunk(chunk, first, length);
        lock (_recent) _recent[_next++ % _recent.Length] = (chunk, bytes);
        return bytes;
    }

    private DamagedFileException Damaged(string how) => IndexHead.Damaged(_path, how);
}
