using ILGPU.Runtime;
using Pfe.Gpu.Cards;

namespace Pfe.GpuCheck;

/// <summary>
/// Everything a card is to show, in one table: the plain read by the same runtime, scans against it, the shared pass, the matrix, and the
/// index file from end to end, each with its check.
/// </summary>
internal static class Check
{
    /// <returns>Whether all results were what they must be.</returns>
    public static bool Run(ICardSource source, int number, CheckSizes sizes, TextWriter writer)
    {
        if (source.Names.Count <= number)
            throw new DeviceUnavailableException(ComputeDevice.Cuda(number), source.Names.Count == 0 ? source.Missing : "no such card");
        var table = new Table(writer);
        var card = source.Rent(number);
        try
        {
            table.Head($"{card.Accelerator.Name}, {card.Accelerator.MemorySize / 1e9:0.0} GB, D = {sizes.Dimension}");
            ScanRows.Run(card, sizes, table);
            MatrixRows.Run(source, number, sizes, table);
            IndexRows.Run(source, number, sizes, table);
        }
        finally
        {
            source.Return(card);
        }
        return table.AllHold;
    }

    public static void Wait(this Card card) => card.Accelerator.DefaultStream.Synchronize();
}
