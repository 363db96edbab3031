using ILGPU;

namespace Pfe.Gpu.Kernels;

/// <summary>
/// One probe against 16-bit blocks. A warp takes a block of 16 faces; lane = 2 x (dimension mod 16) + half, eight faces a lane, so that a
/// warp reads whole lines; four dimensions share a logarithm.
/// </summary>
internal static class ScanKernel16
{
    public const int MaxDimension = 1024;
    public const int WarpSize = 32;

    /// <param name="blocks">The blocks, four quads a dimension.</param>
    /// <param name="live">16 bits a block: which faces count.</param>
    /// <param name="blockCount">Number of blocks.</param>
    /// <param name="dimension">D, padded to a multiple of 16.</param>
    /// <param name="probe">Mean and variance by turns, scaled as the blocks are.</param>
    /// <param name="terms">The score of the sums.</param>
    /// <param name="scores">16 a block.</param>
    /// <param name="maxima">The best score of each block.</param>
    public static void Run(ArrayView<Quad> blocks, ArrayView<uint> live, int blockCount, int dimension, ArrayView<float> probe,
        ScoreTerms terms, ArrayView<Lanes4> scores, ArrayView<float> maxima)
    {
        var means = SharedMemory.Allocate<float>(MaxDimension);
        var variances = SharedMemory.Allocate<float>(MaxDimension);
        for (int l = Group.IdxX; l < dimension; l += Group.DimX)
        {
            means[l] = probe[2 * l];
            variances[l] = probe[2 * l + 1];
        }
        Group.Barrier();
        int warp = Group.IdxX / WarpSize, lane = Group.IdxX % WarpSize, half = lane & 1, row = lane >> 1, warps = Group.DimX / WarpSize;
        for (int block = Grid.IdxX * warps + warp; block < blockCount; block += Grid.DimX * warps)
        {
            Lanes4 lowSum = default, highSum = default, lowLog = default, highLog = default;
            var at = (long)block * dimension * 4 + row * 4 + half;
            var l = row;
            for (; l + 48 < dimension; l += 64, at += 256)
            {
                Lanes4 lowProduct = Lanes4.Of(1), highProduct = Lanes4.Of(1);
                for (var step = 0; step < 4; step++)
                {
                    var mean = blocks[at + step * 64];
                    var variance = blocks[at + step * 64 + 2];
                    float x = means[l + step * 16], y = variances[l + step * 16];
                    Lanes4 lowT = variance.LowVariances + y, highT = variance.HighVariances + y;
                    Lanes4 lowD = mean.LowMeans - x, highD = mean.HighMeans - x;
                    lowSum += lowD * lowD * lowT.Reciprocal;
                    highSum += highD * highD * highT.Reciprocal;
                    lowProduct *= lowT;
                    highProduct *= highT;
                }
                lowLog += lowProduct.Log2;
                highLog += highProduct.Log2;
            }
            for (; l < dimension; l += 16, at += 64)
            {
                var mean = blocks[at];
                var variance = blocks[at + 2];
                Lanes4 lowT = variance.LowVariances + variances[l], highT = variance.HighVariances + variances[l];
                Lanes4 lowD = mean.LowMeans - means[l], highD = mean.HighMeans - means[l];
                lowSum += lowD * lowD * lowT.Reciprocal;
                highSum += highD * highD * highT.Reciprocal;
                lowLog += lowT.Log2;
                highLog += highT.Log2;
            }
            var bits = live[block] >> (half * 8);
            var low = Live.Mask(terms.Share(lowSum, lowLog).SumAcross(2) + terms.C, bits);
            var high = Live.Mask(terms.Share(highSum, highLog).SumAcross(2) + terms.C, bits >> 4);
            var best = Lanes4.Greater(low.Max, high.Max);
            best = Lanes4.Greater(best, Warp.ShuffleXor(best, 1));
            if (row != 0) continue;
            scores[(long)block * 4 + half * 2] = low;
            scores[(long)block * 4 + half * 2 + 1] = high;
            if (half == 0) maxima[block] = best;
        }
    }
}
