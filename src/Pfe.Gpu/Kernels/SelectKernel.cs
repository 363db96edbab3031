using ILGPU;

namespace Pfe.Gpu.Kernels;

/// <summary>
/// Which faces may be among the best of a probe: a group of threads for each probe. Every thread takes the best of its share of the
/// blocks; the k-th best of those is a score that at least k faces reach. Whatever lies more than twice the error bound below it can be no
/// match; the others are listed, and the processor scores them in full.
/// </summary>
internal static class SelectKernel
{
    public const int MaxThreads = 1024;

    /// <param name="scores">A row of blocks x 16 for each probe; minus infinity for what cannot be found.</param>
    /// <param name="maxima">A row of blocks for each probe.</param>
    /// <param name="blockCount">Number of blocks.</param>
    /// <param name="k">How many are wanted; more than there are threads lists every face.</param>
    /// <param name="firstFace">The first block's first face.</param>
    /// <param name="firstProbe">The first group's probe.</param>
    /// <param name="states">The probes' states.</param>
    /// <param name="candidates">The list: probe x 2^32 + face; what does not fit is counted only.</param>
    /// <param name="count">How many were found.</param>
    public static void Run(ArrayView<float> scores, ArrayView<float> maxima, int blockCount, int k, int firstFace, int firstProbe,
        ArrayView<ProbeState> states, ArrayView<long> candidates, ArrayView<int> count)
    {
        var best = SharedMemory.Allocate<float>(MaxThreads);
        int row = Grid.IdxX, probe = firstProbe + row, thread = Group.IdxX, threads = Group.DimX;
        var own = float.NegativeInfinity;
        for (var block = thread; block < blockCount; block += threads)
            own = Lanes4.Greater(own, maxima[(long)row * blockCount + block]);
        best[thread] = own;
        Group.Barrier();
        SortDescending(best, thread, threads);
        var state = states[probe];
        // The compiler may read before it asks, so every index is one that can be read.
        var kth = best[(k < threads ? k : threads) - 1];
        var reached = k <= threads ? kth : float.NegativeInfinity;
        var cut = reached == float.NegativeInfinity ? reached : reached - 2 * (state.Bound - state.BoundSlope * reached);
        cut = Lanes4.Greater(cut, state.Cut);
        // Before the state changes, everybody has read it.
        Group.Barrier();
        if (thread == 0) states[probe].Cut = cut;
        for (var block = thread; block < blockCount; block += threads)
        {
            if (maxima[(long)row * blockCount + block] < cut) continue;
            for (var i = 0; i < 16; i++)
            {
                var score = scores[((long)row * blockCount + block) * 16 + i];
                if (score < cut || score == float.NegativeInfinity) continue;
                var at = Atomic.Add(ref count[0], 1);
                if (at < candidates.Length) candidates[at] = ((long)probe << 32) + firstFace + block * 16 + i;
            }
        }
    }

    // Bitonic; the number of threads is a power of two.
    private static void SortDescending(ArrayView<float> values, int thread, int threads)
    {
        for (var size = 2; size <= threads; size <<= 1)
        {
            for (var apart = size >> 1; apart > 0; apart >>= 1)
            {
                var other = thread ^ apart;
                if (other > thread)
                {
                    float a = values[thread], b = values[other];
                    if ((thread & size) == 0 ? a < b : a > b)
                    {
                        values[thread] = b;
                        values[other] = a;
                    }
                }
                Group.Barrier();
            }
        }
    }
}
