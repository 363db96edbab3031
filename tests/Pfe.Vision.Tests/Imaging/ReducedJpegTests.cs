using System.Buffers.Binary;
using Pfe.TestSupport;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Imaging;

/// <summary>JPEG files that are decoded more coarsely than they are: what they announce, and that points stay where they were.</summary>
public sealed class ReducedJpegTests
{
    [Theory]
    [InlineData(0xC0, 3, 0x22, 3, false, 1.5)]
    [InlineData(0xC0, 3, 0x11, 3, false, 3)]
    [InlineData(0xC2, 3, 0x22, 3, true, 1.5)]
    [InlineData(0xC1, 3, 0x21, 1, true, 2)]
    [InlineData(0xC0, 1, 0x11, 1, false, 1)]
    public void The_header_says_whether_the_whole_picture_is_kept_until_its_end(
        byte frame, byte components, byte sampling, byte inFirstScan, bool buffered, double samples)
    {
        byte[] parts = [.. Enumerable.Range(0, components).SelectMany(i => new byte[] { (byte)i, i == 0 ? sampling : (byte)0x11, 0 })];
        byte[] file =
        [
            0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0xFF, 0xC0, 0xFF, 0xFF, frame, 0, (byte)(8 + parts.Length), 8, 0, 9, 0, 9, components, .. parts,
            0xFF, 0xDA, 0, 8, inFirstScan, 0, 0, 0, 0, 0,
        ];
        JpegHeader.Of(file).ShouldBe(new JpegHeader(buffered, samples));
        for (var length = 0; length < file.Length - 6; length++) JpegHeader.Of(file.AsSpan(0, length)).ShouldBeNull($"{length} bytes");
    }

    [Theory]
    [InlineData("a.jpg")]
    [InlineData("a.png")]
    public void A_file_too_short_for_the_pixels_that_it_announces_takes_no_memory_for_them(string name)
    {
        using var folder = new TemporaryFolder();
        Drawn.Noise(24, 16, 1).Save(folder.File(name));
        var file = File.ReadAllBytes(folder.File(name));
        if (name == "a.jpg")
        {
            // SOF: 9,000 x 9,000.
            var frame = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0, 0, 17, 8]);
            for (var at = frame + 5; at < frame + 9; at += 2) BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(at), 9000);
        }
        else
        {
            // IHDR, behind the signature: length, type, 9,000 x 9,000, five bytes and the checksum of all but the length.
            for (var at = 16; at < 24; at += 4) BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(at), 9000);
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(29), Crc32.Of(file.AsSpan(12, 17)));
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<UnreadableImageException>(() => Image.Decode(file, name)).Reason.ShouldBe("the file is truncated");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
    }

    [Fact]
    public void A_WebP_file_that_lacks_its_end_takes_no_memory_for_what_it_announces()
    {
        // RIFF, VP8L: 16,384 x 6,000 pixels announced, of which the file holds none.
        var bits = (16_384u - 1) | (6_000u - 1) << 14;
        byte[] file =
        [
            .. "RIFF"u8, 0xD4, 4, 0, 0, .. "WEBPVP8L"u8, 0xC8, 4, 0, 0, 0x2F, .. BitConverter.GetBytes(bits), .. new byte[200],
        ];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<UnreadableImageException>(() => Image.Decode(file, "x.webp"));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
    }

    [Fact]
    public void Points_and_maps_are_those_of_the_whole_photograph()
    {
        var random = new Random(1);
        var pixels = new byte[3 * 64 * 48];
        random.NextBytes(pixels);
        var whole = new Pyramid(new Image(64, 48, pixels));
        var map = AffineMap.Stretch(10, 8, 64, 48);
        var (half, toHalf) = whole.For(AffineMap.Stretch(32, 24, 64, 48));
        toHalf.ShouldBe(new AffineMap(1, 0, 0, 0, 1, 0));
        var coarse = new Pyramid(new Image(32, 24, half.Pixels.ToArray()) { Reduction = 2, Photograph = (64, 48) });
        (coarse.Width, coarse.Height).ShouldBe((64, 48));
        var (expected, actual) = (whole.For(map), coarse.For(map));
        actual.Image.Pixels.SequenceEqual(expected.Image.Pixels).ShouldBeTrue();
        actual.ToSource.ShouldBe(expected.ToSource);
        new PhotoFrame(coarse, 1).Width.ShouldBe(48);
    }
}
