namespace Pfe.Scoring.Kernels;

/// <summary>
/// How far the sums of one probe against a block of 16 faces have come: 16 sums of d^2 / t, then the product of all t as 16 fractions (the
/// 23 bits of a mantissa from 1 to 2) and 16 exponents. Kernels add any number of dimensions to them, so that the parts of a block can be
/// done one after the other with the very result of doing it whole. All zero is the beginning: sum 0, product 1.
/// </summary>
internal static unsafe class RunningSums
{
    /// <summary>Floats of one probe against one block.</summary>
    public const int Length = 48;

    /// <summary>Where the fractions begin.</summary>
    public const int Fraction = 16;

    /// <summary>Where the exponents begin.</summary>
    public const int Exponent = 32;

    /// <summary>The bits of a fraction in a single.</summary>
    public const int FractionBits = 0x007FFFFF;

    /// <summary>The bits of 1.</summary>
    public const int One = 0x3F800000;

    /// <summary>Sets some to the beginning.</summary>
    public static void Clear(float* sums, int count) => new Span<float>(sums, count * Length).Clear();
}
