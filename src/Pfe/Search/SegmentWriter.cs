using System.Runtime.InteropServices;
using System.Text;
using Pfe.Scoring;
using Pfe.Scoring.Blocks;
using Pfe.Scoring.Kernels;
using Pfe.Storage;

namespace Pfe.Search;

/// <summary>Writes the faces of a set as one segment, in bounded memory: the parts in the order of <see cref="Segment.Layout"/>.</summary>
internal sealed unsafe class SegmentWriter(
    IndexFile index, EmbeddingSet faces, Stream stream, IProgress<int>? progress, CancellationToken cancellation)
{
    private const int BlocksAtOnce = 64;
    private uint _running = Crc32C.Start;
    private long _written;

    /// <summary>Writes at <paramref name="offset"/>, which is the stream's position.</summary>
    public SegmentEntry Write(long offset)
    {
        EmbeddingValidation.SameLength(index.Dimension, faces.Dimension);
        var range = Survey();
        InBlocks(FaceBlocks.BytesOf(index.Dimension, index.Store), report: true, (block, reader, first, count) =>
        {
            FaceBlocks.Clear(block, index.Dimension, index.Store);
            for (var lane = 0; lane < count; lane++)
            {
                var mu = reader.Read(first + lane, out var variance);
                FaceBlocks.Write(block, index.Store, lane, mu, variance, index.Scale);
            }
        });
        InBlocks(Int8Block.BytesOf(index.Dimension), report: false, (block, reader, first, count) =>
        {
            for (var lane = 0; lane < FaceBlocks.Lanes; lane++)
            {
                if (lane >= count) Int8Block.Pad(block, lane, index.Dimension);
                else
                {
                    var mu = reader.Read(first + lane, out var variance);
                    Int8Block.Write(block, lane, mu, variance);
                }
            }
        });
        InBlocks(RemainderBounds.BytesOf(index.Dimension), report: false, (table, reader, first, count) =>
        {
            for (var lane = 0; lane < FaceBlocks.Lanes; lane++)
            {
                if (lane >= count) RemainderBounds.Pad((float*)table, lane, index.Dimension);
                else
                {
                    reader.Read(first + lane, out var variance);
                    RemainderBounds.Write((float*)table, lane, variance, index.Scale.Variance);
                }
            }
        });
        WriteNames();
        return new SegmentEntry(offset, _written, faces.Count, ~_running, range);
    }

    // Checks every face against what the index can hold, before the first byte is written.
    private VarianceRange Survey()
    {
        var (range, reader) = (VarianceRange.Empty, new FaceReader(faces));
        for (var row = 0; row < faces.Count; row++)
        {
            if (row % 256 == 0) cancellation.ThrowIfCancellationRequested();
            var mu = reader.Read(row, out var variance);
            var fits = EmbeddingValidation.FitsKernels(mu, variance, out var own);
            if (!fits || index.Scale.Period(own, own) == 0)
                throw Refuse(row, own, VarianceScale.MinVariance, VarianceScale.MaxVariance, "an index");
            if (index.Store == BlockStore.Int16)
            {
                var (low, high) = (UFloat16E5M11.Min / index.Scale.Variance, UFloat16E5M11.Max / index.Scale.Variance);
                if (own.Min < low || own.Max > high) throw Refuse(row, own, low, high, "this 16-bit index");
                if (System.Numerics.Tensors.TensorPrimitives.MaxMagnitude(mu) is var largest && MathF.Abs(largest) > 1.0001f)
                    throw new PfeException($"row {row} ('{faces.Paths[row]}') has a mean of {largest}; a 16-bit index holds means from " +
                        "-1 to 1: normalise them to unit length");
            }
            range = range.With(own);
        }
        return range;
    }

    private PfeException Refuse(int row, VarianceRange own, float low, float high, string what) => new(
        $"row {row} ('{faces.Paths[row]}') has variances from {own.Min} to {own.Max}; {what} holds variances from {low} to {high}" +
        (index.Store == BlockStore.Int16 ? "; a float32 index holds more" : ""));

    private delegate void FillBlock(byte* block, FaceReader reader, int firstFace, int count);

    private void InBlocks(long blockBytes, bool report, FillBlock fill)
    {
        using var memory = new AlignedMemory(BlocksAtOnce * blockBytes);
        var blocks = (faces.Count + FaceBlocks.Lanes - 1) / FaceBlocks.Lanes;
        for (var first = 0; first < blocks; first += BlocksAtOnce)
        {
            var (start, count) = (first, Math.Min(BlocksAtOnce, blocks - first));
            new Span<byte>(memory.Start, (int)(count * blockBytes)).Clear();
            Workers.Run(count, 8, 0, (from, end) =>
            {
                var reader = new FaceReader(faces);
                for (var block = from; block < end; block++)
                {
                    var face = (start + block) * FaceBlocks.Lanes;
                    fill(memory.Start + block * blockBytes, reader, face, Math.Min(FaceBlocks.Lanes, faces.Count - face));
                }
            }, cancellation);
            Put(new ReadOnlySpan<byte>(memory.Start, (int)(count * blockBytes)));
            if (report) progress?.Report(Math.Min(faces.Count, (first + count) * FaceBlocks.Lanes));
        }
    }

    private void WriteNames()
    {
        var (ends, end) = (new int[faces.Count], 0);
        for (var face = 0; face < faces.Count; face++) ends[face] = end = checked(end + Encoding.UTF8.GetByteCount(faces.Paths[face]));
        Put(MemoryMarshal.AsBytes<int>(ends));
        foreach (var name in faces.Paths) Put(Encoding.UTF8.GetBytes(name));
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        _running = Crc32C.Add(_running, bytes);
        _written += bytes.Length;
    }
}
