using Pfe.Scoring.Blocks;

namespace Pfe.Search;

/// <summary>
/// What early-out knows of the dimensions it has not seen: for each face, <c>sum log2 variance</c> (scaled) over the dimensions behind each
/// stretch of 128. As <c>a + b &gt;= 2 sqrt(a b)</c>, the rest of a pair's <c>sum log2 t</c> is at least the number of dimensions plus half
/// the two faces' sums: tight where the two variances are alike.
/// </summary>
internal static unsafe class RestTable
{
    public const int Stretch = 128;

    // A 16-bit store rounds a variance by 2^-12 of itself at most.
    private const float Rounding = 1f / 2048;

    /// <summary>Stretches with something behind them.</summary>
    public static int Stretches(int dimension) => (FaceBlocks.Pad(dimension) - 1) / Stretch;

    public static long BytesOf(int dimension) => Stretches(dimension) * FaceBlocks.Lanes * sizeof(float);

    /// <summary>Writes a face's sums into a lane of a block's table.</summary>
    public static void Write(float* table, int lane, ReadOnlySpan<float> variance, float scale)
    {
        // Padding has the scaled variance 1/2, whose logarithm is -1.
        var sum = variance.Length - (double)FaceBlocks.Pad(variance.Length);
        for (var l = variance.Length - 1; l >= Stretch; l--)
        {
            sum += Math.Log2((double)variance[l] * scale);
            if (l % Stretch == 0) table[(l / Stretch - 1) * FaceBlocks.Lanes + lane] = (float)sum;
        }
    }

    /// <summary>Marks a lane without a face: it never keeps a block alive.</summary>
    public static void Pad(float* table, int lane, int dimension)
    {
        for (var stretch = 0; stretch < Stretches(dimension); stretch++) table[stretch * FaceBlocks.Lanes + lane] = 1e30f;
    }

    /// <summary>A lower bound of <c>sum log2 t</c> over the dimensions behind a stretch.</summary>
    public static float Bound(float faceSum, float probeSum, int dimensions) => dimensions * (1 - Rounding) + 0.5f * (faceSum + probeSum);
}
