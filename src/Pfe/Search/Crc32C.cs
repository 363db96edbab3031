using System.Numerics;
using System.Runtime.InteropServices;

namespace Pfe.Search;

/// <summary>CRC-32C (Castagnoli), the checksum that processors compute in hardware.</summary>
internal static class Crc32C
{
    public const uint Start = uint.MaxValue;

    /// <summary>Adds bytes to a running checksum.</summary>
    public static uint Add(uint running, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words) running = BitOperations.Crc32C(running, word);
        foreach (var value in bytes[(words.Length * sizeof(ulong))..]) running = BitOperations.Crc32C(running, value);
        return running;
    }

    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Add(Start, bytes);
}
