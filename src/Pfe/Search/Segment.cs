using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Pfe.Scoring.Blocks;
using Pfe.Storage;

namespace Pfe.Search;

/// <summary>
/// Some faces of an index, mapped: blocks of 16 for the full score, blocks of 16 for the shortlist, the logarithms
/// that early-out bounds a face by, the ends of the names, the names.
/// </summary>
internal sealed unsafe class Segment
{
    private readonly FileBytes _file;
    private readonly SegmentEntry _entry;
    private readonly Layout _layout;

    public Segment(FileBytes file, IndexFile index, SegmentEntry entry, int firstId)
    {
        (_file, _entry, FirstId) = (file, entry, firstId);
        _layout = new Layout(index, entry.Count);
        // The span reaches to the segment's end, so its bounds check covers everything below.
        if (entry.Length < _layout.Names)
            throw new PfeException($"'{file.FilePath}' is damaged: a segment of {entry.Count} faces has only {entry.Length} bytes");
        var start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(file.Span<byte>(entry.Offset, 1)));
        Blocks = new FaceBlocks(file, start, entry.Count, index.Dimension, index.Store, index.Scale, entry.Range);
    }

    /// <summary>The first face's number in the index.</summary>
    public int FirstId { get; }

    public int Count => _entry.Count;

    public FaceBlocks Blocks { get; }

    /// <summary>A block of the shortlist.</summary>
    public byte* Short(int block) => Blocks.Start + _layout.Short + block * _layout.ShortBytes;

    /// <summary>A block's table for early-out; see <see cref="RemainderBounds"/>.</summary>
    public float* Rest(int block) => (float*)(Blocks.Start + _layout.Rest + block * _layout.RestBytes);

    /// <summary>A face's name.</summary>
    public string Name(int face)
    {
        var ends = _file.Span<int>(_entry.Offset + _layout.Ends, _entry.Count);
        var start = face == 0 ? 0 : ends[face - 1];
        return Encoding.UTF8.GetString(_file.Span<byte>(_entry.Offset + _layout.Names + start, ends[face] - start));
    }

    /// <summary>Reads every byte and compares the checksum.</summary>
    public void Verify(CancellationToken cancellation)
    {
        var running = Crc32C.Start;
        for (long at = 0; at < _entry.Length; at += 1 << 20)
        {
            cancellation.ThrowIfCancellationRequested();
            running = Crc32C.Add(running, _file.Span<byte>(_entry.Offset + at, (int)Math.Min(1 << 20, _entry.Length - at)));
        }
        if (~running != _entry.Checksum)
            throw new PfeException($"'{_file.FilePath}' is damaged: the faces {FirstId} to {FirstId + Count - 1} do not match their " +
                "checksum; build the index again");
    }

    /// <summary>Where a segment's parts begin, from its first byte.</summary>
    public readonly struct Layout
    {
        public Layout(IndexFile index, int count)
        {
            var blocks = (count + FaceBlocks.Lanes - 1) / FaceBlocks.Lanes;
            ShortBytes = Int8Block.BytesOf(index.Dimension);
            Short = blocks * FaceBlocks.BytesOf(index.Dimension, index.Store);
            RestBytes = RemainderBounds.BytesOf(index.Dimension);
            Rest = Short + blocks * ShortBytes;
            Ends = Rest + blocks * RestBytes;
            Names = Ends + count * (long)sizeof(int);
        }

        public long ShortBytes { get; }

        public long Short { get; }

        public long RestBytes { get; }

        public long Rest { get; }

        public long Ends { get; }

        public long Names { get; }
    }
}
