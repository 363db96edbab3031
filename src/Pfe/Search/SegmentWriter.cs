using System.Buffers.Binary;
using Pfe.Scoring.Blocks;
using Pfe.Storage;

namespace Pfe.Search;

/// <summary>Writes faces as one segment, in bounded memory: the parts in the order of <see cref="SegmentLayout"/>.</summary>
internal sealed unsafe class SegmentWriter(
    IndexHead head, ISegmentSource source, Stream stream, IProgress<int>? progress, CancellationToken cancellation)
{
    private const int BlocksAtOnce = 64;
    private const int NamesAtOnce = 4096;

    private readonly List<uint> _checksums = [];
    private readonly long _chunkBytes = new SegmentLayout(head, new(0, 0, 0, 0, 0, default)).ChunkBytes;
    private uint _running = Crc32C.Start;
    private long _inChunk;
    private long _written;

    /// <summary>Writes at <paramref name="offset"/>, which is the stream's position.</summary>
    public SegmentEntry Write(long offset)
    {
        var range = source.Survey(cancellation);
        InBlocks(FaceBlocks.BytesOf(head.Dimension, head.Store), report: true, (filler, block, first, count) =>
        {
            FaceBlocks.Clear(block, head.Dimension, head.Store);
            filler.Fill(block, first, count);
        });
        if (head.HasShortlist)
        {
            InBlocks(Int8Block.BytesOf(head.Dimension), report: false, (filler, block, first, count) =>
            {
                filler.FillShort(block, first, count);
                for (var lane = count; lane < FaceBlocks.Lanes; lane++) Int8Block.Pad(block, lane, head.Dimension);
            });
        }
        var names = WriteIds();
        EndChunk();
        var checksums = new byte[_checksums.Count * sizeof(uint)];
        for (var i = 0; i < _checksums.Count; i++) BinaryPrimitives.WriteUInt32LittleEndian(checksums.AsSpan(4 * i), _checksums[i]);
        stream.Write(checksums);
        return new SegmentEntry(offset, _written + checksums.Length, source.Count, names, Crc32C.Of(checksums), range);
    }

    private delegate void FillBlock(IBlockFiller filler, byte* block, int firstFace, int count);

    private void InBlocks(long blockBytes, bool report, FillBlock fill)
    {
        using var memory = new NativeBuffer(BlocksAtOnce * blockBytes);
        var blocks = (source.Count + FaceBlocks.Lanes - 1) / FaceBlocks.Lanes;
        for (var first = 0; first < blocks; first += BlocksAtOnce)
        {
            var (start, count) = (first, Math.Min(BlocksAtOnce, blocks - first));
            new Span<byte>(memory.Start, (int)(count * blockBytes)).Clear();
            Workers.Run(count, 8, 0, (from, end) =>
            {
                using var filler = source.Filler();
                for (var block = from; block < end; block++)
                {
                    var face = (start + block) * FaceBlocks.Lanes;
                    fill(filler, memory.Start + block * blockBytes, face, Math.Min(FaceBlocks.Lanes, source.Count - face));
                }
            }, cancellation);
            Put(new ReadOnlySpan<byte>(memory.Start, (int)(count * blockBytes)));
            if (report) progress?.Report(Math.Min(source.Count, (first + count) * FaceBlocks.Lanes));
        }
    }

    // The hashes, the ends, the ids: ids are made three times rather than kept.
    private long WriteIds()
    {
        var total = 0L;
        InParts(SegmentLayout.KeyBytes, (face, bytes) =>
        {
            var (id, person) = (Bytes(source.Id(face)), source.Person(face));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, IdText.Hash(id));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[sizeof(ulong)..], person.StableHash());
        });
        InParts(2 * sizeof(uint), (face, bytes) =>
        {
            total += Bytes(source.Id(face)).Length;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, checked((uint)total));
            total += PersonBytes(face).Length;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[sizeof(uint)..], checked((uint)total));
        });
        for (var face = 0; face < source.Count; face++)
        {
            Put(Bytes(source.Id(face)));
            Put(PersonBytes(face));
        }
        return total;
    }

    private delegate void FillFace(int face, Span<byte> bytes);

    private void InParts(int bytesOfFace, FillFace fill)
    {
        var part = new byte[NamesAtOnce * bytesOfFace];
        for (var first = 0; first < source.Count; first += NamesAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(NamesAtOnce, source.Count - first);
            for (var i = 0; i < count; i++) fill(first + i, part.AsSpan(i * bytesOfFace, bytesOfFace));
            Put(part.AsSpan(0, count * bytesOfFace));
        }
    }

    private static byte[] Bytes(FaceId id) => IdText.Bytes(id.Text, id.Number ?? 0);

    // Nothing where the face is a person of its own.
    private byte[] PersonBytes(int face)
    {
        var person = source.Person(face);
        return person == PersonId.Of(source.Id(face)) ? [] : IdText.Bytes(person.Text, person.Number ?? 0);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        _written += bytes.Length;
        while (!bytes.IsEmpty)
        {
            var part = bytes[..(int)Math.Min(bytes.Length, _chunkBytes - _inChunk)];
            _running = Crc32C.Add(_running, part);
            _inChunk += part.Length;
            bytes = bytes[part.Length..];
            if (_inChunk == _chunkBytes) EndChunk();
        }
    }

    private void EndChunk()
    {
        if (_inChunk == 0) return;
        _checksums.Add(~_running);
        (_running, _inChunk) = (Crc32C.Start, 0);
    }
}
