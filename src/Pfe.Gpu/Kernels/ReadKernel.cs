using ILGPU;

namespace Pfe.Gpu.Kernels;

/// <summary>Reads everything and does nothing with it: the limit of any scan by this runtime, which measurements stand beside.</summary>
internal static class ReadKernel
{
    public static void Run(ArrayView<Quad> values, ArrayView<uint> result)
    {
        long at = (long)Grid.IdxX * Group.DimX + Group.IdxX, step = (long)Grid.DimX * Group.DimX;
        uint seen = 0;
        for (; at + 3 * step < values.Length; at += 4 * step)
        {
            Quad a = values[at], b = values[at + step], c = values[at + 2 * step], d = values[at + 3 * step];
            seen ^= Mix(a) ^ Mix(b) ^ Mix(c) ^ Mix(d);
        }
        for (; at < values.Length; at += step) seen ^= Mix(values[at]);
        // Never so, which the compiler does not know.
        if (seen == 12345) result[0] = seen;
    }

    private static uint Mix(Quad quad) => quad.A ^ quad.B ^ quad.C ^ quad.D;
}
