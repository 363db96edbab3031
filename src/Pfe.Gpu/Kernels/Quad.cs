using ILGPU;

namespace Pfe.Gpu.Kernels;

/// <summary>16 bytes of a 16-bit block: eight means or eight variances.</summary>
internal struct Quad
{
    public uint A;
    public uint B;
    public uint C;
    public uint D;

    /// <summary>Means are whole numbers, the lower half first.</summary>
    public readonly Lanes4 LowMeans => Means(A, B);

    public readonly Lanes4 HighMeans => Means(C, D);

    /// <summary>Variances are the middle bits of a single (<c>UFloat16E5M11</c>).</summary>
    public readonly Lanes4 LowVariances => Variances(A, B);

    public readonly Lanes4 HighVariances => Variances(C, D);

    private static Lanes4 Means(uint a, uint b) => new((short)(a & 0xffff), (int)a >> 16, (short)(b & 0xffff), (int)b >> 16);

    private static Lanes4 Variances(uint a, uint b) =>
        new(Variance(a & 0xffff), Variance(a >> 16), Variance(b & 0xffff), Variance(b >> 16));

    // A shift and an addition: free beside the memory.
    private static float Variance(uint code) => Interop.IntAsFloat((code << 12) + ((127u - 16u) << 23));
}
