using ILGPU;

namespace Pfe.Gpu.Kernels;

/// <summary>
/// 64 probes against four 16-bit blocks in a group of 256 threads, 16 dimensions at a time through shared memory; a thread has a
/// <see cref="RegisterTile"/>.
/// </summary>
internal static class TileKernel16
{
    public const int Threads = 256;
    public const int ProbesInATile = 64;
    public const int BlocksInATile = 4;

    // Dimensions in shared memory at a time, and products before a logarithm.
    public const int Slab = 16;

    /// <param name="blocks">The blocks, four quads a dimension.</param>
    /// <param name="live">16 bits a block: which faces count.</param>
    /// <param name="dimension">D, padded to a multiple of 16.</param>
    /// <param name="means">The probes' means: a row for each dimension, padded to a multiple of 64 probes.</param>
    /// <param name="variances">Their variances, likewise.</param>
    /// <param name="probeQuads">A quarter of a row's length.</param>
    /// <param name="output">Where the scores go.</param>
    public static void Run(ArrayView<Quad> blocks, ArrayView<uint> live, int dimension, ArrayView<Lanes4> means,
        ArrayView<Lanes4> variances, int probeQuads, TileOutput output)
    {
        var probeMeans = SharedMemory.Allocate<Lanes4>(Slab * 16);
        var probeVariances = SharedMemory.Allocate<Lanes4>(Slab * 16);
        var faceMeans = SharedMemory.Allocate<Lanes4>(Slab * 16);
        var faceVariances = SharedMemory.Allocate<Lanes4>(Slab * 16);
        int thread = Group.IdxX, column = thread % 16, row = thread / 16, firstBlock = Grid.IdxX * BlocksInATile;
        // What this thread brings: a sixteenth of a dimension's probes, and of one block a quad of one dimension.
        int source = firstBlock + thread / 64, part = thread % 4, to = thread % 64 / 4 * 16 + thread / 64 * 4 + (part & 1) * 2;
        var probeAt = (long)row * probeQuads + Grid.IdxY * 16 + column;
        var faceAt = (long)source * dimension * 4 + thread % 64;
        // Behind the last block the first one is read instead, and nothing is written.
        var isThere = source < output.Blocks;
        var tile = default(RegisterTile);
        for (var l = 0; l < dimension; l += Slab)
        {
            probeMeans[thread] = means[probeAt];
            probeVariances[thread] = variances[probeAt];
            var quad = blocks[isThere ? faceAt : 0];
            if (part < 2)
            {
                faceMeans[to] = quad.LowMeans;
                faceMeans[to + 1] = quad.HighMeans;
            }
            else
            {
                faceVariances[to] = quad.LowVariances;
                faceVariances[to + 1] = quad.HighVariances;
            }
            Group.Barrier();
            tile.Begin();
            for (var d = 0; d < Slab * 16; d += 32)
            {
                tile.Add(probeMeans[d + row], probeVariances[d + row], probeMeans[d + 16 + row], probeVariances[d + 16 + row],
                    faceMeans[d + column], faceVariances[d + column], faceMeans[d + 16 + column], faceVariances[d + 16 + column]);
            }
            tile.End();
            Group.Barrier();
            probeAt += Slab * (long)probeQuads;
            faceAt += Slab * 4;
        }
        var block = firstBlock + column / 4;
        output.Write(tile, Grid.IdxY * ProbesInATile + row * 4, block, column % 4, live[block < output.Blocks ? block : 0]);
    }
}
