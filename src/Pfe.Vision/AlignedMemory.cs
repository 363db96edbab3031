using System.Runtime.InteropServices;

namespace Pfe.Vision;

/// <summary>
/// Memory that starts on a cache line. ONNX Runtime computes element-wise functions in vectors from the first aligned element on and the
/// rest one by one, which differs in the last bit: with aligned outputs the same faces give the same bits, run after run.
/// </summary>
internal static class AlignedMemory
{
    private const int Alignment = 64;

    /// <summary>Zeroed memory for numbers that a network reads or writes.</summary>
    /// <param name="length">Number of values.</param>
    public static Memory<float> Of(int length)
    {
        var array = GC.AllocateArray<float>(length + Alignment / sizeof(float) - 1, pinned: true);
        var past = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) % Alignment);
        return array.AsMemory(past == 0 ? 0 : (Alignment - past) / sizeof(float), length);
    }
}
