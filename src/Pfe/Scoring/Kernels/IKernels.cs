namespace Pfe.Scoring.Kernels;

/// <summary>How a block of 16 faces lies in memory. In both, dimension after dimension; in each 16 means, then 16 variances; a lane is a face.</summary>
internal enum BlockStore
{
    /// <summary>Single precision: 128 bytes a dimension.</summary>
    Float32,

    /// <summary>16-bit: means as integers in units of 2^-15, variances as positive floats of 5 exponent and 11 fraction bits; 64 bytes a dimension.</summary>
    Int16,
}

/// <summary>
/// The inner loops, one class an instruction set. Inputs were checked and scaled before (see <see cref="VarianceScale"/>), dimensions are padded to
/// multiples of 16, so that nothing here has a tail, a check or an allocation. A result depends on its own operands alone: not on the other
/// probes of a pass, nor on the thread.
/// </summary>
internal unsafe interface IKernels
{
    /// <summary>What <c>PFE_SIMD</c> calls this path.</summary>
    string Name { get; }

    /// <summary>
    /// The two sums of eq. 3 for some probes against a block of 16 faces: <c>s = sum_l d^2 / t</c> and <c>l = sum_l log2 t</c>, where t is the sum of the two variances.
    /// Two dimensions share one division; the logarithm is taken once, of the product of all t, whose exponent moves into an integer every <paramref name="period"/> pairs of dimensions.
    /// </summary>
    /// <param name="block">The block's first dimension to use.</param>
    /// <param name="store">How the block is stored.</param>
    /// <param name="probes">The first probe: mean, variance, mean, variance, ... in single precision.</param>
    /// <param name="stride">Floats from one probe to the next.</param>
    /// <param name="count">Number of probes, 1 or 4.</param>
    /// <param name="dimensions">A multiple of 16.</param>
    /// <param name="period">Pairs of dimensions whose product stays in range: 1, 2, 4 or 8.</param>
    /// <param name="s">16 sums a probe.</param>
    /// <param name="l">16 sums a probe.</param>
    void Sums(byte* block, BlockStore store, float* probes, int stride, int count, int dimensions, int period, float* s, float* l);

    /// <summary>The same two sums for one pair of faces, each <paramref name="dimensions"/> means followed by as many variances.</summary>
    /// <param name="first">One face.</param>
    /// <param name="second">The other.</param>
    /// <param name="dimensions">A multiple of 32.</param>
    /// <param name="period">Pairs of dimensions whose product stays in range: 1, 2, 4 or 8.</param>
    (float S, float L) PairSums(float* first, float* second, int dimensions, int period);

    /// <summary>The matrix product of 8 probes and 2 blocks of 16 means: <c>dots[p * 32 + face]</c>.</summary>
    /// <param name="panel">Dimension after dimension, 8 probes each.</param>
    /// <param name="block1">Dimension after dimension, 16 faces each.</param>
    /// <param name="block2">The next 16 faces.</param>
    /// <param name="dimensions">Any number.</param>
    /// <param name="dots">8 x 32 results.</param>
    void Dots(float* panel, float* block1, float* block2, int dimensions, float* dots);

    /// <summary>Whole-number products of a probe and a block of 16 faces in 8 bits, for the shortlist: exact, so the same on every path.</summary>
    /// <param name="block">Pair of dimensions after pair of dimensions, 16 x 2 values each.</param>
    /// <param name="probe">Values of at most 14 bits.</param>
    /// <param name="dimensions">A multiple of 16.</param>
    /// <param name="dots">16 results.</param>
    void ShortDots(sbyte* block, short* probe, int dimensions, int* dots);
}
