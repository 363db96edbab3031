using System.Buffers.Binary;
using System.Numerics;

namespace Pfe.Onnx.TensorFlow;

/// <summary>The checksum of TensorFlow's files: CRC-32C, masked because checksums of checksums are weak (LevelDB's crc32c.h).</summary>
internal static class Crc32C
{
    public static uint Masked(params ReadOnlySpan<byte> bytes) => Mask(Compute(bytes));

    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    private static uint Mask(uint crc) => BitOperations.RotateRight(crc, 15) + 0xa282ead8;
}
