using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Pfe.Gpu.Cards;

/// <summary>NVIDIA's cards, through their driver alone. A card is opened once a process, however many indexes lie on it.</summary>
internal sealed class CudaCards : ICardSource
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Lent> _lent = [];
    private readonly Lazy<Context> _context = new(() =>
        Context.Create(builder => builder.Optimize(OptimizationLevel.O2).Math(MathMode.Fast32BitOnly).Cuda()));

    private CudaCards() { }

    public static CudaCards Shared { get; } = new();

    public IReadOnlyList<string> Names
    {
        get
        {
            var names = new List<string>();
            foreach (var device in _context.Value.GetCudaDevices()) names.Add(device.Name);
            return names;
        }
    }

    public string Missing
    {
        get
        {
            var library = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
            if (!NativeLibrary.TryLoad(library, out var handle)) return $"NVIDIA's driver is not installed ({library} is not found)";
            NativeLibrary.Free(handle);
            return "NVIDIA's driver finds no card";
        }
    }

    public Card Rent(int number)
    {
        lock (_gate)
        {
            if (!_lent.TryGetValue(number, out var lent)) _lent.Add(number, lent = new(Open(number)));
            lent.Users++;
            return lent.Card;
        }
    }

    public void Return(Card card)
    {
        lock (_gate)
        {
            var (number, lent) = _lent.First(entry => entry.Value.Card == card);
            if (--lent.Users > 0) return;
            _lent.Remove(number);
            card.Dispose();
        }
    }

    private Card Open(int number)
    {
        try { return new Card(_context.Value.GetCudaDevice(number).CreateAccelerator(_context.Value)); }
        catch (Exception e) when (e is CudaException or InternalCompilerException or NotSupportedException)
        {
            throw new DeviceUnavailableException(ComputeDevice.Cuda(number), e.Message.Split('\n')[0].Trim(), e);
        }
    }

    private sealed class Lent(Card card)
    {
        public Card Card { get; } = card;

        public int Users { get; set; }
    }
}
