using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Pfe.Gpu.Cards;

namespace Pfe.GpuCheck;

/// <summary>Cards that are ILGPU's accelerator on the processor: the same kernels, warps of 32, some 1e5 dimensions a second.</summary>
internal sealed class EmulatedCards(int count) : ICardSource, IDisposable
{
    private static readonly Lazy<Context> Emulator = new(() =>
        Context.Create(builder => builder.Math(MathMode.Fast32BitOnly).CPU(CPUDeviceKind.Nvidia)));

    private readonly Dictionary<int, Card> _open = [];

    public IReadOnlyList<string> Names => [.. Enumerable.Range(0, count).Select(number => $"emulated {number}")];

    public string Missing => "none is emulated";

    /// <summary>Cards that somebody has.</summary>
    public int Rented { get; private set; }

    public static Card NewCard() => new(Emulator.Value.GetCPUDevice(0).CreateCPUAccelerator(Emulator.Value));

    public Card Rent(int number)
    {
        Rented++;
        if (!_open.TryGetValue(number, out var card)) _open.Add(number, card = NewCard());
        return card;
    }

    public void Return(Card card) => Rented--;

    public void Dispose()
    {
        foreach (var card in _open.Values) card.Dispose();
    }
}
