using ILGPU;

namespace Pfe.Gpu.Kernels;

/// <summary>64 probes against four float32 blocks: <see cref="TileKernel16"/> with two quarters of a block's dimension a thread. Also the
/// matrix of M x N scores.</summary>
internal static class TileKernel32
{
    /// <inheritdoc cref="TileKernel16.Run"/>
    public static void Run(ArrayView<Lanes4> blocks, ArrayView<uint> live, int dimension, ArrayView<Lanes4> means,
        ArrayView<Lanes4> variances, int probeQuads, TileOutput output)
    {
        var probeMeans = SharedMemory.Allocate<Lanes4>(TileKernel16.Slab * 16);
        var probeVariances = SharedMemory.Allocate<Lanes4>(TileKernel16.Slab * 16);
        var faceMeans = SharedMemory.Allocate<Lanes4>(TileKernel16.Slab * 16);
        var faceVariances = SharedMemory.Allocate<Lanes4>(TileKernel16.Slab * 16);
        int thread = Group.IdxX, column = thread % 16, row = thread / 16, firstBlock = Grid.IdxX * TileKernel16.BlocksInATile;
        // Of two blocks, the second two behind the first, four numbers of one dimension: means or variances.
        int source = firstBlock + thread / 128, part = thread % 8, to = thread % 128 / 8 * 16 + thread / 128 * 4 + (part & 3);
        var probeAt = (long)row * probeQuads + Grid.IdxY * 16 + column;
        long faceAt = (long)source * dimension * 8 + thread % 128, second = 2L * dimension * 8;
        // Behind the last block the first one is read instead, and nothing is written.
        bool isThere = source < output.Blocks, isSecondThere = source + 2 < output.Blocks;
        var tile = default(RegisterTile);
        for (var l = 0; l < dimension; l += TileKernel16.Slab)
        {
            probeMeans[thread] = means[probeAt];
            probeVariances[thread] = variances[probeAt];
            var first4 = blocks[isThere ? faceAt : 0];
            var second4 = blocks[isSecondThere ? faceAt + second : 0];
            if (part < 4)
            {
                faceMeans[to] = first4;
                faceMeans[to + 8] = second4;
            }
            else
            {
                faceVariances[to] = first4;
                faceVariances[to + 8] = second4;
            }
            Group.Barrier();
            tile.Begin();
            for (var d = 0; d < TileKernel16.Slab * 16; d += 32)
            {
                tile.Add(probeMeans[d + row], probeVariances[d + row], probeMeans[d + 16 + row], probeVariances[d + 16 + row],
                    faceMeans[d + column], faceVariances[d + column], faceMeans[d + 16 + column], faceVariances[d + 16 + column]);
            }
            tile.End();
            Group.Barrier();
            probeAt += TileKernel16.Slab * (long)probeQuads;
            faceAt += TileKernel16.Slab * 8;
        }
        var block = firstBlock + column / 4;
        output.Write(tile, Grid.IdxY * TileKernel16.ProbesInATile + row * 4, block, column % 4,
            live[block < output.Blocks ? block : 0]);
    }
}
