using Pfe.Scoring.Blocks;

namespace Pfe.Search;

/// <summary>
/// What early-out knows of the dimensions it has not seen: for each face, <c>sum log2 variance</c> (scaled) over the dimensions behind each
/// stretch of 128. As <c>a + b &gt;= 2 sqrt(a b)</c>, the rest of a pair's <c>sum log2 t</c> is at least the number of dimensions plus half
/// the two faces' sums: tight where the two variances are alike.
/// </summary>
internal static unsafe class RemainderBounds
{
    public const int Chunk = 128;

    // A 16-bit store rounds a variance by 2^-12 of itself at most.
    private const float Rounding = 1f / 2048;

    /// <summary>Chunks with something behind them.</summary>
    public static int Chunks(int dimension) => (FaceBlocks.Pad(dimension) - 1) / Chunk;

    public static long BytesOf(int dimension) => Chunks(dimension) * FaceBlocks.Lanes * sizeof(float);

    /// <summary>Writes a face's sums into a lane of a block's table.</summary>
    public static void Write(float* table, int lane, ReadOnlySpan<float> variance, float scale)
    {
        // Padding has the scaled variance 1/2, whose logarithm is -1.
        var sum = variance.Length - (double)FaceBlocks.Pad(variance.Length);
        for (var l = variance.Length - 1; l >= Chunk; l--)
        {
            sum += Math.Log2((double)variance[l] * scale);
            if (l % Chunk == 0) table[(l / Chunk - 1) * FaceBlocks.Lanes + lane] = (float)sum;
        }
    }

    /// <summary>Marks a lane without a face: it never keeps a block alive.</summary>
    public static void Pad(float* table, int lane, int dimension)
    {
        for (var stretch = 0; stretch < Chunks(dimension); stretch++) table[stretch * FaceBlocks.Lanes + lane] = 1e30f;
    }

    /// <summary>A lower bound of <c>sum log2 t</c> over the dimensions behind a stretch.</summary>
    public static float Bound(float faceSum, float probeSum, int dimensions) => dimensions * (1 - Rounding) + 0.5f * (faceSum + probeSum);
}
