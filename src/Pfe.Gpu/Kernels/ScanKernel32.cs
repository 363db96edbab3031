using ILGPU;

namespace Pfe.Gpu.Kernels;

/// <summary>
/// One probe against float32 blocks. A warp takes a block of 16 faces; lane = 4 x (dimension mod 8) + quarter, four faces a lane; four
/// dimensions share a logarithm.
/// </summary>
internal static class ScanKernel32
{
    /// <inheritdoc cref="ScanKernel16.Run"/>
    public static void Run(ArrayView<Lanes4> blocks, ArrayView<uint> live, int blockCount, int dimension, ArrayView<float> probe,
        ScoreTerms terms, ArrayView<Lanes4> scores, ArrayView<float> maxima)
    {
        var means = SharedMemory.Allocate<float>(ScanKernel16.MaxDimension);
        var variances = SharedMemory.Allocate<float>(ScanKernel16.MaxDimension);
        for (int l = Group.IdxX; l < dimension; l += Group.DimX)
        {
            means[l] = probe[2 * l];
            variances[l] = probe[2 * l + 1];
        }
        Group.Barrier();
        int warp = Group.IdxX / ScanKernel16.WarpSize, lane = Group.IdxX % ScanKernel16.WarpSize;
        int quarter = lane & 3, row = lane >> 2, warps = Group.DimX / ScanKernel16.WarpSize;
        for (int block = Grid.IdxX * warps + warp; block < blockCount; block += Grid.DimX * warps)
        {
            Lanes4 sum = default, log = default;
            var at = (long)block * dimension * 8 + row * 8 + quarter;
            var l = row;
            for (; l + 24 < dimension; l += 32, at += 256)
            {
                var product = Lanes4.Of(1);
                for (var step = 0; step < 4; step++)
                {
                    var t = blocks[at + step * 64 + 4] + variances[l + step * 8];
                    var d = blocks[at + step * 64] - means[l + step * 8];
                    sum += d * d * t.Reciprocal;
                    product *= t;
                }
                log += product.Log2;
            }
            for (; l < dimension; l += 8, at += 64)
            {
                var t = blocks[at + 4] + variances[l];
                var d = blocks[at] - means[l];
                sum += d * d * t.Reciprocal;
                log += t.Log2;
            }
            var all = Live.Mask(terms.Share(sum, log).SumAcross(4) + terms.C, live[block] >> (quarter * 4));
            var best = all.Max;
            best = Lanes4.Greater(best, Warp.ShuffleXor(best, 1));
            best = Lanes4.Greater(best, Warp.ShuffleXor(best, 2));
            if (row != 0) continue;
            scores[(long)block * 4 + quarter] = all;
            if (quarter == 0) maxima[block] = best;
        }
    }
}
