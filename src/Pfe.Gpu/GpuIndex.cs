using System.Runtime.CompilerServices;
using Pfe.Gpu.Cards;
using Pfe.Gpu.Search;
using Pfe.Search;

namespace Pfe.Gpu;

/// <summary>
/// Index files searched on NVIDIA cards: the same <see cref="FileIndex"/>, with its changes, its tail and its errors, whose blocks also lie
/// in the memory of one or several cards. Its answers are the processor's, bit by bit: the cards find the few faces that may be among the
/// best, given how far their scores can be from the processor's, and the processor scores those.
/// </summary>
/// <remarks>
/// A face takes 4 D bytes of a card's memory in 16 bits, 8 D in single precision, up to D = 1024; 64 probes share a pass. A change of the
/// file is copied to the cards by the search that follows it: what was there is not copied again, until the file is compacted. Searches of
/// one card come one after the other. <see cref="SearchMode.Shortlist"/> is searched exactly.
/// </remarks>
/// <example><code>
/// using var index = GpuIndex.Open("people.pfi", new GpuOptions { Devices = [ComputeDevice.Cuda()] });
/// foreach (var match in index.SearchFaces(probe)) Console.WriteLine($"{match.Score:F1} {match.Id}");
/// </code></example>
public static class GpuIndex
{
    /// <summary>Opens an index file and copies its blocks to the cards.</summary>
    /// <param name="path">A file made by <see cref="FileIndex.Build"/> or <see cref="FileIndex.Create"/>.</param>
    /// <param name="options">Where and how; null for the defaults.</param>
    /// <param name="cancellation">Stops the copying.</param>
    /// <returns>The index; it frees the cards when it is disposed of.</returns>
    /// <exception cref="DeviceUnavailableException">A card was asked for by name and cannot be used; says what is missing.</exception>
    /// <exception cref="InvalidConfigurationException">The devices exclude each other.</exception>
    /// <exception cref="PfeException">The file is missing, damaged, or not an index; or a card has not enough memory.</exception>
    public static FileIndex Open(string path, GpuOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new GpuOptions();
        return options.Devices is [{ Kind: ComputeDeviceKind.Cpu }]
            ? FileIndex.Open(path, options.Access, options.Verify, cancellation) : OpenOnCards(path, options, cancellation);
    }

    // By itself: who wants the processor does not wait for ILGPU to be loaded.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FileIndex OpenOnCards(string path, GpuOptions options, CancellationToken cancellation) =>
        Open(path, options, CudaCards.Shared, cancellation);

    internal static FileIndex Open(string path, GpuOptions options, ICardSource source, CancellationToken cancellation)
    {
        var plain = FileIndex.Open(path, options.Access, options.Verify, cancellation);
        IReadOnlyList<int> numbers;
        try
        {
            numbers = CardChoice.Of(options.Devices, source, plain.Dimension, $"'{path}'", options.Messages);
            if (numbers.Count == 0) return plain;
        }
        catch
        {
            plain.Dispose();
            throw;
        }
        plain.Dispose();
        var search = OnCards(numbers, source);
        try
        {
            var index = FileIndex.Open(path, options.Access, options.Verify, search, cancellation);
            try
            {
                index.Read(state =>
                {
                    search.Load(state, cancellation);
                    return true;
                });
                return index;
            }
            catch
            {
                index.Dispose();
                throw;
            }
        }
        catch
        {
            search.Dispose();
            throw;
        }
    }

    private static CardSearch OnCards(IReadOnlyList<int> numbers, ICardSource source)
    {
        var cards = new List<Card>();
        void Return()
        {
            foreach (var card in cards) source.Return(card);
        }
        try
        {
            foreach (var number in numbers) cards.Add(source.Rent(number));
            return new CardSearch(cards, Return);
        }
        catch
        {
            Return();
            throw;
        }
    }
}
