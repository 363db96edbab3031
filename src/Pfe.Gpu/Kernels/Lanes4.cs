using ILGPU;

namespace Pfe.Gpu.Kernels;

/// <summary>
/// Four numbers that a card reads and writes as one: 16 bytes. The compiler takes it apart into four registers, so arithmetic on it costs
/// what four scalars cost; kernels have no arrays in registers.
/// </summary>
internal struct Lanes4
{
    public float X;
    public float Y;
    public float Z;
    public float W;

    public Lanes4(float x, float y, float z, float w) => (X, Y, Z, W) = (x, y, z, w);

    public static Lanes4 Of(float value) => new(value, value, value, value);

    public static Lanes4 operator +(Lanes4 a, Lanes4 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);

    public static Lanes4 operator +(Lanes4 a, float b) => new(a.X + b, a.Y + b, a.Z + b, a.W + b);

    public static Lanes4 operator -(Lanes4 a, float b) => new(a.X - b, a.Y - b, a.Z - b, a.W - b);

    public static Lanes4 operator *(Lanes4 a, Lanes4 b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z, a.W * b.W);

    public static Lanes4 operator *(Lanes4 a, float b) => new(a.X * b, a.Y * b, a.Z * b, a.W * b);

    /// <summary>1 / x, within 1 ulp on a card.</summary>
    public readonly Lanes4 Reciprocal => new(1f / X, 1f / Y, 1f / Z, 1f / W);

    /// <summary>The logarithms to base 2, within 2^-22.6 on a card.</summary>
    public readonly Lanes4 Log2 => new(Card(X), Card(Y), Card(Z), Card(W));

    /// <summary>The same sum in every lane of a warp, over the lanes that are <paramref name="first"/>, twice that, ... apart.</summary>
    public readonly Lanes4 SumAcross(int first)
    {
        var sum = this;
        for (var apart = first; apart < Warp.WarpSize; apart <<= 1)
        {
            sum += new Lanes4(Warp.ShuffleXor(sum.X, apart), Warp.ShuffleXor(sum.Y, apart), Warp.ShuffleXor(sum.Z, apart),
                Warp.ShuffleXor(sum.W, apart));
        }
        return sum;
    }

    public readonly float Max => Greater(Greater(X, Y), Greater(Z, W));

    public static float Greater(float a, float b) => a > b ? a : b;

    // The intrinsic that is one instruction of the card's.
    private static float Card(float x) => IntrinsicMath.CPUOnly.Log2(x);
}
