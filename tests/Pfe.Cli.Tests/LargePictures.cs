using System.Buffers.Binary;
using System.IO.Compression;
using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

/// <summary>Pictures of a hundred million pixels in small files, written without taking the memory that reading them takes.</summary>
internal static class LargePictures
{
    /// <summary>A PNG of one colour.</summary>
    public static void Png(string path, int width, int height)
    {
        const int HeaderLength = 13;
        using var file = File.Create(path);
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        Span<byte> header = stackalloc byte[HeaderLength];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        // 8 bits of red, green and blue.
        (header[8], header[9]) = (8, 2);
        Chunk(file, "IHDR"u8, header);
        using var pixels = new MemoryStream();
        using (var zip = new ZLibStream(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            var row = new byte[1 + 3 * width];
            for (var y = 0; y < height; y++) zip.Write(row);
        }
        Chunk(file, "IDAT"u8, pixels.ToArray());
        Chunk(file, "IEND"u8, []);
    }

    /// <summary>A grey JPEG of one brightness: a code of one bit says that a block's brightness is the last one's, another that there is
    /// nothing else in it.</summary>
    public static void Jpeg(string path, int width, int height)
    {
        using var file = File.Create(path);
        file.Write([0xFF, 0xD8]);
        Segment(file, 0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]);
        Segment(file, 0xC0, [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0]);
        // One code of one bit, 0, for the value 0: no difference, and end of block.
        Segment(file, 0xC4, [0x00, 1, .. new byte[15], 0]);
        Segment(file, 0xC4, [0x10, 1, .. new byte[15], 0]);
        Segment(file, 0xDA, [1, 1, 0, 0, 63, 0]);
        var bits = 2L * ((width + 7) / 8) * ((height + 7) / 8);
        file.Write(new byte[bits / 8]);
        if (bits % 8 > 0) file.WriteByte((byte)(0xFF >> (int)(bits % 8)));
        file.Write([0xFF, 0xD9]);
    }

    private static void Segment(Stream file, byte marker, ReadOnlySpan<byte> content)
    {
        file.Write([0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2)]);
        file.Write(content);
    }

    private static void Chunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(type);
        file.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of([.. type, .. content]));
        file.Write(number);
    }
}
