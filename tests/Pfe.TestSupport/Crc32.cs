namespace Pfe.TestSupport;

/// <summary>CRC-32 as PNG's chunks and gzip have it (ISO 3309), bit by bit.</summary>
public static class Crc32
{
    /// <summary>The checksum of a PNG's chunk: of its type and content.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }
}
