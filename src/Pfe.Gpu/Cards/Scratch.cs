using ILGPU;
using ILGPU.Runtime;

namespace Pfe.Gpu.Cards;

/// <summary>Memory of a card that is kept from search to search and grows with the largest.</summary>
internal sealed class Scratch<T>(Card card) : IDisposable where T : unmanaged
{
    private MemoryBuffer1D<T, Stride1D.Dense>? _memory;

    /// <summary>At least so many values; what was there is lost when it grows.</summary>
    public ArrayView<T> Take(long length)
    {
        if (_memory is null || _memory.Length < length)
        {
            _memory?.Dispose();
            _memory = null;
            _memory = CardMemory.Take<T>(card.Accelerator, length);
        }
        return ((ArrayView<T>)_memory.View).SubView(0, length);
    }

    /// <summary>A copy of values.</summary>
    public ArrayView<T> Take(ReadOnlySpan<T> values)
    {
        var view = Take(values.Length);
        view.CopyFromCPU(card.Accelerator.DefaultStream, values);
        return view;
    }

    public void Dispose() => _memory?.Dispose();
}
