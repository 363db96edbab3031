using Pfe.Scoring.Kernels;

namespace Pfe.Scoring.Blocks;

/// <summary>
/// N faces in blocks of 16 as the kernels read them, in memory of our own or in a mapped file. Dimensions are padded to a multiple of 16
/// and faces to a multiple of 16 with mean 0 and scaled variance 1/2: two such add up to 1, whose logarithm and distance are 0.
/// </summary>
internal sealed unsafe class FaceBlocks
{
    public const int Lanes = 16;

    /// <summary>Means of a 16-bit store are integers in units of 2^-15.</summary>
    public const float Int16Unit = ScoreFormula.Int16Unit;

    private readonly object _owner;

    // The owner keeps the memory alive as long as this object lives.
    public FaceBlocks(object owner, byte* start, int count, int dimension, BlockStore store, VarianceScale scale, VarianceRange range)
    {
        (_owner, Count, Dimension, Store, Scale, Range) = (owner, count, dimension, store, scale, range);
        Start = start;
        Padded = Pad(dimension);
    }

    public byte* Start { get; }

    public int Count { get; }

    public int Dimension { get; }

    public int Padded { get; }

    public BlockStore Store { get; }

    public VarianceScale Scale { get; }

    /// <summary>The variances of all faces in the blocks, unscaled.</summary>
    public VarianceRange Range { get; }

    /// <summary>Faces that no kernel can take; neutral in their block.</summary>
    public OutOfRangeFaces OutOfRangeFaces { get; init; } = OutOfRangeFaces.None;

    public int BlockCount => (Count + Lanes - 1) / Lanes;

    public long BlockBytes => BytesOf(Dimension, Store);

    public static int Pad(int dimension) => (dimension + 15) / 16 * 16;

    /// <summary>Bytes of a block of faces of D dimensions.</summary>
    public static long BytesOf(int dimension, BlockStore store) => Pad(dimension) * DimensionBytes(store);

    /// <summary>A block from a dimension on.</summary>
    public byte* Block(int block, int dimension = 0) => Start + block * BlockBytes + dimension * DimensionBytes(Store);

    /// <summary>Fills one block with neutral faces.</summary>
    public static void Clear(byte* block, int dimension, BlockStore store)
    {
        for (var l = 0; l < Pad(dimension); l++)
            for (var lane = 0; lane < Lanes; lane++) Put(block, store, l, lane, 0, 0.5f);
    }

    /// <summary>Overwrites the face in a lane with a neutral one.</summary>
    public static void ClearLane(byte* block, int dimension, BlockStore store, int lane)
    {
        for (var l = 0; l < Pad(dimension); l++) Put(block, store, l, lane, 0, 0.5f);
    }

    /// <summary>Puts a face into a lane of a cleared block.</summary>
    public static void Write(byte* block, BlockStore store, int lane, ReadOnlySpan<float> mu, ReadOnlySpan<float> variance,
        VarianceScale scale)
    {
        var (meanScale, varianceScale) = (store == BlockStore.Float32 ? scale.Mean : Int16Unit, scale.Variance);
        for (var l = 0; l < mu.Length; l++) Put(block, store, l, lane, mu[l] * meanScale, variance[l] * varianceScale);
    }

    /// <summary>Reads a face back; exact in single precision, as scales are powers of two.</summary>
    public void Read(int face, Span<float> mu, Span<float> variance)
    {
        var (block, lane) = ((nint)Block(face / Lanes), face % Lanes);
        var (meanScale, varianceScale) = (Store == BlockStore.Float32 ? 1 / Scale.Mean : 1 / Int16Unit, 1 / Scale.Variance);
        for (var l = 0; l < Dimension; l++)
        {
            var at = l * 32 + lane;
            mu[l] = meanScale * (Store == BlockStore.Float32 ? ((float*)block)[at] : ((short*)block)[at]);
            variance[l] = varianceScale
                * (Store == BlockStore.Float32 ? ((float*)block)[at + 16] : UFloat16E5M11.Decode(((ushort*)block)[at + 16]));
        }
        GC.KeepAlive(_owner);
    }

    private static long DimensionBytes(BlockStore store) => store == BlockStore.Float32 ? 128 : 64;

    private static void Put(byte* block, BlockStore store, int dimension, int lane, float mean, float variance)
    {
        var at = dimension * 32 + lane;
        if (store == BlockStore.Float32)
        {
            ((float*)block)[at] = mean;
            ((float*)block)[at + 16] = variance;
        }
        else
        {
            // A mean of exactly 1 rounds to 32768, one more than 16 bits hold; the error of the clamp is the size of a rounding error.
            ((short*)block)[at] = (short)Math.Clamp(MathF.Round(mean), -32767, 32767);
            ((ushort*)block)[at + 16] = UFloat16E5M11.Encode(variance);
        }
    }
}
