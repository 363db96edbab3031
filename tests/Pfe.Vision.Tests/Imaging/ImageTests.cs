using System.Buffers.Binary;
using System.IO.Compression;
using Pfe.TestSupport;
using Pfe.Vision.Imaging;
using SkiaSharp;

namespace Pfe.Vision.Tests.Imaging;

public sealed class ImageTests
{
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8)]
    public void Exif_orientation_is_applied(ushort orientation)
    {
        // The stored picture is what a camera held at that orientation writes of the same upright scene.
        var upright = Drawn.Gradient(24, 16);
        var (width, height) = orientation >= 5 ? (16, 24) : (24, 16);
        var stored = new byte[24 * 16 * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                // EXIF 2.3, tag 0x0112: the side of the scene on which the stored row 0, and the stored column 0, lie.
                var (ux, uy) = orientation switch
                {
                    1 => (x, y),
                    2 => (23 - x, y),
                    3 => (23 - x, 15 - y),
                    4 => (x, 15 - y),
                    5 => (y, x),
                    6 => (23 - y, x),
                    7 => (23 - y, 15 - x),
                    _ => (y, 15 - x),
                };
                upright.Pixels.Slice(3 * (uy * 24 + ux), 3).CopyTo(stored.AsSpan(3 * (y * width + x)));
            }
        }
        using var folder = new TemporaryFolder();
        new Image(width, height, stored).Save(folder.File("stored.jpg"));
        var decoded = Image.Decode(WithOrientation(File.ReadAllBytes(folder.File("stored.jpg")), orientation), "x");
        (decoded.Width, decoded.Height).ShouldBe((24, 16));
        for (var i = 0; i < decoded.Pixels.Length; i++) ((double)decoded.Pixels[i]).ShouldBe(upright.Pixels[i], 12);
    }

    [Fact]
    public void Grey_pictures_get_three_equal_channels()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(5, 4, SKColorType.Gray8));
        for (var i = 0; i < 20; i++) bitmap.GetPixelSpan()[i] = (byte)(i * 12);
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        var image = Image.Decode(encoded.AsSpan(), "grey");
        for (var i = 0; i < 20; i++) image.Pixels.Slice(3 * i, 3).ToArray().ShouldBe([(byte)(i * 12), (byte)(i * 12), (byte)(i * 12)]);
    }

    [Fact]
    public void Transparent_pixels_are_blended_with_black()
    {
        var image = Image.Decode(Png(3, 1, bits: 8, colourType: 6, [200, 100, 50, 255, 200, 100, 50, 128, 200, 100, 50, 0]), "alpha");
        image.Pixels.ToArray().ShouldBe([200, 100, 50, 100, 50, 25, 0, 0, 0]);
    }

    [Theory]
    [InlineData(2, 3), InlineData(0, 1)]
    public void Sixteen_bit_png_keeps_its_grey_levels(byte colourType, int channels)
    {
        var samples = Enumerable.Range(0, 64 * channels).Select(i => (ushort)(i * 65535 / (64 * channels - 1))).ToArray();
        var raw = new byte[samples.Length * 2];
        for (var i = 0; i < samples.Length; i++) BinaryPrimitives.WriteUInt16BigEndian(raw.AsSpan(2 * i), samples[i]);
        var image = Image.Decode(Png(64, 1, bits: 16, colourType, raw), "deep");
        for (var i = 0; i < 64 * 3; i++) ((double)image.Pixels[i]).ShouldBe(samples[channels == 3 ? i : i / 3] / 257.0, 1);
    }

    [Fact]
    public void Cmyk_jpeg_decodes_to_its_colours()
    {
        // Red, green, blue, white, black, grey in fields of 16 x 16, as Adobe programs write them (inverted CMYK, quality 100).
        var image = Image.Decode(Convert.FromBase64String(CmykSample.Base64), "cmyk");
        byte[][] colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0], [128, 128, 128]];
        image.Width.ShouldBe(96);
        for (var field = 0; field < colours.Length; field++)
            for (var c = 0; c < 3; c++)
                ((double)image.Pixels[(8 * 96 + field * 16 + 8) * 3 + c]).ShouldBe(colours[field][c], 4, $"field {field}");
    }

    [Fact]
    public void A_truncated_jpeg_or_png_is_refused_wherever_it_ends()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "a.jpg", "a.png" })
        {
            Drawn.Noise(64, 48, 3).Save(folder.File(name));
            var whole = File.ReadAllBytes(folder.File(name));
            for (var length = 0; length < whole.Length * 9 / 10; length += 97)
            {
                var error = Should.Throw<ImageException>(() => Image.Decode(whole.AsSpan(0, length), "half.jpg"));
                error.Message.ShouldStartWith("image 'half.jpg': ");
            }
        }
    }

    [Fact]
    public void A_text_file_named_jpg_is_refused_in_one_line()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("note.jpg"), "this is not a photograph");
        Should.Throw<ImageException>(() => Image.Load(folder.File("note.jpg"))).Message.ShouldBe(
            $"image '{folder.File("note.jpg")}': not a picture that can be read; JPEG, PNG, WebP, BMP and GIF can be");
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        Should.Throw<ImageException>(() => Image.Load(folder.File("none.jpg"))).Message.ShouldContain("there is no such file");
        Should.Throw<ImageException>(() => Image.Load(folder.Path)).Path.ShouldBe(folder.Path);
    }

    [Fact]
    public void A_huge_header_is_refused_before_memory_is_taken()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Should.Throw<ImageException>(() => Image.Decode(Png(30_000, 30_000, bits: 8, colourType: 2, []), "bomb.png"));
        error.Reason.ShouldContain("30000 x 30000 pixels are more than the 100 million");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10_000_000);
    }

    [Fact]
    public void A_single_pixel_decodes() =>
        Image.Decode(Png(1, 1, bits: 8, colourType: 2, [7, 8, 9]), "dot").Pixels.ToArray().ShouldBe([7, 8, 9]);

    [Theory]
    [InlineData("a.png"), InlineData("a.webp")]
    public void Lossless_formats_return_every_pixel(string name)
    {
        using var folder = new TemporaryFolder();
        var image = Drawn.Noise(33, 21, 7);
        image.Save(folder.File(name));
        Image.Load(folder.File(name)).Pixels.SequenceEqual(image.Pixels).ShouldBeTrue();
    }

    [Fact]
    public void An_unknown_extension_is_refused_and_nothing_is_written()
    {
        using var folder = new TemporaryFolder();
        Should.Throw<InvalidConfigurationException>(() => Drawn.Noise(2, 2, 1).Save(folder.File("a.tiff")))
            .Message.ShouldContain(".png, .jpg or .webp");
        Directory.EnumerateFileSystemEntries(folder.Path).ShouldBeEmpty();
    }

    /// <summary>Puts an EXIF segment that says nothing but the orientation behind the JPEG's start marker.</summary>
    private static byte[] WithOrientation(byte[] jpeg, ushort orientation)
    {
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0,
            (byte)orientation, 0, 0, 0, 0, 0, 0];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }

    /// <summary>A minimal PNG file; <paramref name="raw"/> holds the rows without filter bytes.</summary>
    private static byte[] Png(int width, int height, byte bits, byte colourType, byte[] raw)
    {
        using var file = new MemoryStream();
        file.Write([0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n']);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (bits, colourType);
        Chunk(file, "IHDR", header);
        using var zipped = new MemoryStream();
        using (var zip = new ZLibStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; raw.Length > 0 && y < height; y++)
            {
                zip.WriteByte(0);
                zip.Write(raw, y * raw.Length / height, raw.Length / height);
            }
        }
        Chunk(file, "IDAT", zipped.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private static void Chunk(Stream file, string type, byte[] content)
    {
        var word = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, content.Length);
        file.Write(word);
        byte[] body = [.. System.Text.Encoding.ASCII.GetBytes(type), .. content];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc32.Of(body));
        file.Write(word);
    }
}
