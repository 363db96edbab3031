using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Pfe.Gpu.Cards;

/// <summary>Memory of a card, refused with one line where there is not enough.</summary>
internal static class CardMemory
{
    public static MemoryBuffer1D<T, Stride1D.Dense> Take<T>(Accelerator accelerator, long length) where T : unmanaged
    {
        try { return accelerator.Allocate1D<T>(Math.Max(1, length)); }
        catch (CudaException e)
        {
            throw new PfeException($"'{accelerator.Name}' gives no {length * Interop.SizeOf<T>() / 1e6:0} MB more: it has "
                + $"{accelerator.MemorySize / 1e9:0.0} GB in all ({e.Message})", e);
        }
    }
}
