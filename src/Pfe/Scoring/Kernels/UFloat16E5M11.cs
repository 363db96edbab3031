namespace Pfe.Scoring.Kernels;

/// <summary>
/// A positive number in 16 bits: 5 bits of exponent and 11 of fraction, from 2^-16 to 2^16, relative error at most 2^-12.
/// Its bits are the middle of a single's, so decoding is a shift and an addition.
/// </summary>
internal static class UFloat16E5M11
{
    /// <summary>From the 16 bits to their place in a single.</summary>
    public const int Shift = 12;

    /// <summary>The single 2^-16: what the smallest code decodes to.</summary>
    public const int Base = (127 - 16) << 23;

    /// <summary>Smallest value, 2^-16.</summary>
    public const float Min = 1f / 65536;

    /// <summary>Largest value, just below 2^16.</summary>
    public const float Max = 65536f - 16f;

    /// <summary>The nearest code; the value must lie in range.</summary>
    public static ushort Encode(float value) =>
        (ushort)Math.Clamp((BitConverter.SingleToInt32Bits(value) - Base + (1 << (Shift - 1))) >> Shift, 0, ushort.MaxValue);

    /// <summary>A code's value.</summary>
    public static float Decode(ushort code) => BitConverter.Int32BitsToSingle((code << Shift) + Base);
}
