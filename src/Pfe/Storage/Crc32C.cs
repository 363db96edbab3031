using System.Buffers.Binary;
using System.Numerics;

namespace Pfe.Storage;

/// <summary>CRC-32C (Castagnoli), the checksum of TensorFlow's and TensorBoard's files.</summary>
public static class Crc32C
{
    /// <summary>The checksum.</summary>
    /// <param name="bytes">The data.</param>
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    /// <summary>The checksum as those files hold it: masked, because checksums of checksums are weak (LevelDB's crc32c.h).</summary>
    /// <param name="bytes">The data.</param>
    public static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Compute(bytes), 15) + 0xa282ead8;
}
