using System.Buffers.Binary;
using System.Numerics;

namespace Pfe.Storage;

/// <summary>CRC-32C (Castagnoli), the checksum that processors compute in hardware; of Pfe's index and of TensorFlow's and TensorBoard's
/// files.</summary>
internal static class Crc32C
{
    /// <summary>What a running checksum starts from.</summary>
    public const uint Start = uint.MaxValue;

    /// <summary>Adds bytes to a running checksum; the checksum of all bytes is the complement of the last value.</summary>
    /// <param name="running"><see cref="Start"/>, or what the call before returned.</param>
    /// <param name="bytes">The next bytes.</param>
    public static uint Add(uint running, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            running = BitOperations.Crc32C(running, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes) running = BitOperations.Crc32C(running, value);
        return running;
    }

    /// <summary>The checksum of some bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Add(Start, bytes);

    /// <summary>The checksum as TensorFlow's files hold it: masked, because checksums of checksums are weak (LevelDB's crc32c.h).</summary>
    /// <param name="bytes">The bytes.</param>
    public static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Of(bytes), 15) + 0xa282ead8;
}
