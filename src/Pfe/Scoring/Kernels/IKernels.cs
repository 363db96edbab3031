namespace Pfe.Scoring.Kernels;

/// <summary>How a block of 16 faces lies in memory. In both, dimension after dimension; in each 16 means, then 16 variances; a lane is a
/// face.</summary>
internal enum BlockStore
{
    /// <summary>Single precision: 128 bytes a dimension.</summary>
    Float32,

    /// <summary>16-bit: means as integers in units of 2^-15, variances as positive floats of 5 exponent and 11 fraction bits; 64 bytes a
    /// dimension.</summary>
    Int16,
}

/// <summary>
/// The inner loops, one class an instruction set. Inputs were checked and scaled before (see <see cref="VarianceScale"/>), dimensions are
/// padded to multiples of 16, so that nothing here has a tail, a check or an allocation. A result depends on its own operands alone: not on
/// the other probes of a pass, nor on the thread.
/// </summary>
internal unsafe interface IKernels
{
    /// <summary>What <c>PFE_SIMD</c> calls this path.</summary>
    string Name { get; }

    /// <summary>
    /// Adds some dimensions to the two sums of eq. 3, <c>s = sum_l d^2 / t</c> and <c>l = sum_l log2 t</c>, of four probes against a block
    /// of 16 faces; t is the sum of the two variances. Two dimensions share one division; of l only the product of all t is kept, whose
    /// exponent moves into an integer every <paramref name="period"/> pairs of dimensions.
    /// </summary>
    /// <param name="block">The block's first dimension to use.</param>
    /// <param name="store">How the block is stored.</param>
    /// <param name="probes">For each pair of dimensions 16 singles: mean, variance, mean, variance of the first probe, then of the
    /// others.</param>
    /// <param name="dimensions">A multiple of 16.</param>
    /// <param name="period">Pairs of dimensions whose product stays in range: 1, 2, 4 or 8.</param>
    /// <param name="sums">The <see cref="RunningSums"/> of the four probes.</param>
    /// <param name="ahead">What to bring into the cache meanwhile; a step is a pair of dimensions.</param>
    void FourProbes(byte* block, BlockStore store, float* probes, int dimensions, int period, float* sums, Prefetch ahead);

    /// <summary>The same for one probe.</summary>
    /// <param name="block">The block's first dimension to use; memory behind it may be prefetched.</param>
    /// <param name="store">How the block is stored.</param>
    /// <param name="probe">For each pair of dimensions mean, variance, mean, variance.</param>
    /// <param name="step">Floats from one pair of dimensions to the next.</param>
    /// <param name="dimensions">A multiple of 16.</param>
    /// <param name="period">Pairs of dimensions whose product stays in range: 1, 2, 4 or 8.</param>
    /// <param name="sums">The probe's <see cref="RunningSums"/>.</param>
    void OneProbe(byte* block, BlockStore store, float* probe, int step, int dimensions, int period, float* sums);

    /// <summary>
    /// <see cref="OneProbe"/> for four blocks of one gallery: the way to read it from memory once. Where there are registers for them, a
    /// probe's values are read once for all four, and four streams from places far apart bring more out of memory than one.
    /// </summary>
    /// <param name="block">The first block's first dimension to use; memory behind it may be prefetched.</param>
    /// <param name="apart">Bytes from one block to the next of the four.</param>
    /// <param name="store">How the blocks are stored.</param>
    /// <param name="probe">For each pair of dimensions mean, variance, mean, variance.</param>
    /// <param name="step">Floats from one pair of dimensions to the next.</param>
    /// <param name="dimensions">A multiple of 16.</param>
    /// <param name="period">Pairs of dimensions whose product stays in range: 1, 2, 4 or 8.</param>
    /// <param name="sums">The probe's <see cref="RunningSums"/> against each of the four.</param>
    void FourBlocks(byte* block, long apart, BlockStore store, float* probe, int step, int dimensions, int period, float* sums)
    {
        for (var i = 0; i < 4; i++) OneProbe(block + i * apart, store, probe, step, dimensions, period, sums + i * RunningSums.Length);
    }

    /// <summary>The scores that running sums have come to; one logarithm a face.</summary>
    /// <param name="sums">Some <see cref="RunningSums"/>, each of one probe against one block.</param>
    /// <param name="count">How many.</param>
    /// <param name="formula">From s and l to the score.</param>
    /// <param name="scores">16 scores each.</param>
    void Scores(float* sums, int count, ScoreFormula formula, float* scores);

    /// <summary>The same two sums for one pair of faces, each <paramref name="dimensions"/> means followed by as many variances.</summary>
    /// <param name="first">One face.</param>
    /// <param name="second">The other.</param>
    /// <param name="dimensions">A multiple of 32.</param>
    /// <param name="period">Pairs of dimensions whose product stays in range: 1, 2, 4 or 8.</param>
    (float S, float L) PairSums(float* first, float* second, int dimensions, int period);

    /// <summary>Adds some dimensions to the matrix product of 8 probes and 2 blocks of 16 means: <c>dots[p * 32 + face]</c>.</summary>
    /// <param name="panel">Dimension after dimension, 8 probes each.</param>
    /// <param name="block1">Dimension after dimension, 16 faces each.</param>
    /// <param name="block2">The next 16 faces.</param>
    /// <param name="dimensions">Any number.</param>
    /// <param name="dots">8 x 32 sums.</param>
    /// <param name="ahead">What to bring into the cache meanwhile; a step is a dimension.</param>
    void Dots(float* panel, float* block1, float* block2, int dimensions, float* dots, Prefetch ahead);

    /// <summary>Shared-variance scores of some probes and 32 faces, in place of their dot products.</summary>
    /// <param name="dots">32 dot products a probe.</param>
    /// <param name="squared">The faces' squared lengths.</param>
    /// <param name="variance">The faces' variances.</param>
    /// <param name="probes">Each probe's side of the formula.</param>
    void SharedScores(float* dots, float* squared, float* variance, ReadOnlySpan<SharedFormula> probes);

    /// <summary>Whole-number products of a probe and a block of 16 faces in 8 bits, for the shortlist: exact, so the same on every
    /// path.</summary>
    /// <param name="block">Pair of dimensions after pair of dimensions, 16 x 2 values each.</param>
    /// <param name="probe">Values of at most 14 bits.</param>
    /// <param name="dimensions">A multiple of 16.</param>
    /// <param name="dots">16 results.</param>
    void ShortDots(sbyte* block, short* probe, int dimensions, int* dots);
}
