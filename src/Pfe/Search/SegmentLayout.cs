using Pfe.Scoring.Blocks;

namespace Pfe.Search;

/// <summary>
/// Where a segment's parts begin, from its first byte: blocks of 16 faces for the full score, blocks of 16 in 8 bits for the shortlist (if
/// the index has them), two hashes a face (of its id and of its person), the ends of the ids, the ids, the checksums of all of that.
/// Version 1: blocks, 8-bit blocks, a table that is no longer read, the ends of the names, the names.
/// </summary>
internal readonly struct SegmentLayout
{
    public const int KeyBytes = 16;
    private const int LeastChunk = 1 << 16;

    public SegmentLayout(IndexHead head, SegmentEntry entry)
    {
        long blocks = (entry.Count + (long)FaceBlocks.Lanes - 1) / FaceBlocks.Lanes;
        BlockBytes = FaceBlocks.BytesOf(head.Dimension, head.Store);
        ShortBytes = head.HasShortlist ? Int8Block.BytesOf(head.Dimension) : 0;
        Short = blocks * BlockBytes;
        Keys = Short + blocks * ShortBytes;
        if (head.Version == 1)
        {
            // Sums of logarithms behind each 128 dimensions.
            Keys += blocks * ((FaceBlocks.Pad(head.Dimension) - 1) / 128) * FaceBlocks.Lanes * sizeof(float);
            (Ends, EndBytes) = (Keys, sizeof(int));
        }
        else (Ends, EndBytes) = (Keys + (long)entry.Count * KeyBytes, 2 * sizeof(uint));
        Names = Ends + (long)entry.Count * EndBytes;
        DataLength = head.Version == 1 ? entry.Length : Names + entry.NamesLength;
        // Whole blocks, so that a run of blocks is a run of chunks.
        ChunkBytes = BlockBytes * Math.Max(1, LeastChunk / BlockBytes);
        Chunks = head.Version == 1 ? 0 : (DataLength + ChunkBytes - 1) / ChunkBytes;
    }

    /// <summary>Bytes of a block for the full score.</summary>
    public long BlockBytes { get; }

    /// <summary>Where the shortlist's blocks begin.</summary>
    public long Short { get; }

    /// <summary>Bytes of one of them; 0 where there are none.</summary>
    public long ShortBytes { get; }

    /// <summary>Where the hashes begin.</summary>
    public long Keys { get; }

    /// <summary>Where the ends of the ids begin.</summary>
    public long Ends { get; }

    /// <summary>Bytes of a face's ends.</summary>
    public int EndBytes { get; }

    /// <summary>Where the ids begin.</summary>
    public long Names { get; }

    /// <summary>Where the data ends and the checksums begin.</summary>
    public long DataLength { get; }

    /// <summary>Bytes under one checksum.</summary>
    public long ChunkBytes { get; }

    /// <summary>Number of checksums.</summary>
    public long Chunks { get; }

    /// <summary>All bytes.</summary>
    public long Length => DataLength + Chunks * sizeof(uint);

    /// <summary>Compares a segment's length with what it holds.</summary>
    public static void Check(IndexHead head, SegmentEntry entry, string path)
    {
        var layout = new SegmentLayout(head, entry);
        if (head.Version == 1 ? entry.Length < layout.Names : entry.Length != layout.Length)
            throw IndexHead.Damaged(path, $"a segment of {entry.Count} faces has {entry.Length} bytes");
    }
}
