namespace Pfe.Gpu.Kernels;

/// <summary>Faces that cannot be found: one bit a face, 16 a block; a face without its bit scores minus infinity.</summary>
internal static class Live
{
    public const uint All = 0xffff;

    public static Lanes4 Mask(Lanes4 scores, uint bits) => new(
        (bits & 1) != 0 ? scores.X : float.NegativeInfinity, (bits & 2) != 0 ? scores.Y : float.NegativeInfinity,
        (bits & 4) != 0 ? scores.Z : float.NegativeInfinity, (bits & 8) != 0 ? scores.W : float.NegativeInfinity);
}
