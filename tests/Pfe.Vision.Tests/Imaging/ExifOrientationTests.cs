using System.Buffers.Binary;
using Pfe.TestSupport;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Imaging;

/// <summary>An orientation of 6 (turn clockwise) in every place and form that cameras and editors write it.</summary>
public sealed class ExifOrientationTests
{
    private static readonly Image Lying = Drawn.Gradient(48, 32);

    public static TheoryData<bool, bool> Forms => new() { { true, false }, { true, true }, { false, false }, { false, true } };

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_jpeg_is_turned_whatever_the_byte_order_and_the_type_of_the_tag(bool little, bool isLong)
    {
        var jpeg = Encoded(".jpg");
        byte[] exif = [.. "Exif\0\0"u8, .. Tiff(little, isLong, 6)];
        byte[] segment = [0xFF, 0xE1, (byte)((exif.Length + 2) >> 8), (byte)(exif.Length + 2), .. exif];
        ShouldStand([.. jpeg[..2], .. segment, .. jpeg[2..]]);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_png_is_turned_by_its_eXIf_chunk(bool little, bool isLong)
    {
        var png = Encoded(".png");
        ShouldStand([.. png[..33], .. Chunk("eXIf"u8, Tiff(little, isLong, 6)), .. png[33..]]);
    }

    [Fact]
    public void What_is_malformed_counts_as_no_orientation()
    {
        var png = Encoded(".png");
        foreach (var tiff in (byte[][])[[], [1, 2, 3], Tiff(true, false, 0), Tiff(true, false, 9), Tiff(false, true, uint.MaxValue),
            Tiff(true, false, 6)[..^8],
            [.. "II*\0"u8, 0xFF, 0xFF, 0xFF, 0xFF]])
        {
            var image = Image.Decode([.. png[..33], .. Chunk("eXIf"u8, tiff), .. png[33..]], "a.png");
            (image.Width, image.Height).ShouldBe((48, 32));
        }
    }

    private static void ShouldStand(byte[] file)
    {
        var image = Image.Decode(file, "a");
        (image.Width, image.Height).ShouldBe((32, 48));
        // Red grew to the right, so it grows downwards now.
        ((int)image.Pixels[0]).ShouldBeLessThan(20);
        ((int)image.Pixels[3 * 47 * 32]).ShouldBeGreaterThan(235);
    }

    private static byte[] Encoded(string extension) => ImageEncoder.Encode(Lying, extension);

    /// <summary>A directory of one entry: tag, type, count 1, value.</summary>
    private static byte[] Tiff(bool little, bool isLong, uint value)
    {
        var bytes = new byte[26];
        var at = 4;
        (little ? "II*\0"u8 : "MM\0*"u8).CopyTo(bytes);
        Put(8, 4);
        Put(1, 2);
        Put(0x112, 2);
        Put(isLong ? 4u : 3u, 2);
        Put(1, 4);
        Put(value, isLong ? 4 : 2);
        return bytes;

        void Put(uint number, int length)
        {
            var span = bytes.AsSpan(at, length);
            at += length;
            if (length == 4 && little) BinaryPrimitives.WriteUInt32LittleEndian(span, number);
            else if (length == 4) BinaryPrimitives.WriteUInt32BigEndian(span, number);
            else if (little) BinaryPrimitives.WriteUInt16LittleEndian(span, (ushort)number);
            else BinaryPrimitives.WriteUInt16BigEndian(span, (ushort)number);
        }
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
    {
        byte[] named = [.. type, .. data];
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        var checksum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32.Of(named));
        return [.. length, .. named, .. checksum];
    }
}
