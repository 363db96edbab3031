using System.Buffers.Binary;

namespace Pfe.Vision.Imaging;

/// <summary>
/// The EXIF orientation (1 to 8) wherever cameras and editors write it: JPEG's APP1, PNG's eXIf, WebP's EXIF chunk; as SHORT, and as the
/// LONG
/// that some write though EXIF 2.3 (table 4) says SHORT. Anything malformed counts as no orientation.
/// </summary>
internal static class ExifOrientation
{
    private const ushort Tag = 0x0112, Short = 3, Long = 4;

    private static ReadOnlySpan<byte> ExifMark => "Exif\0\0"u8;

    /// <summary>The orientation of an encoded image; null where it names none.</summary>
    public static int? Of(ReadOnlySpan<byte> encoded)
    {
        if (encoded.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8])) return OfJpeg(encoded);
        if (encoded.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])) return OfPng(encoded);
        return encoded.Length >= 12 && encoded.StartsWith("RIFF"u8) && encoded[8..12].SequenceEqual("WEBP"u8) ? OfWebP(encoded) : null;
    }

    /// <summary>Segments up to the first scan: FF marker, two bytes of length that count themselves.</summary>
    private static int? OfJpeg(ReadOnlySpan<byte> file)
    {
        for (var at = 2; at + 4 <= file.Length && file[at] == 0xFF;)
        {
            var marker = file[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }
            if (marker is 0xDA or 0xD9) return null;
            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2 || at + 2 + length > file.Length) return null;
            var segment = file.Slice(at + 4, length - 2);
            if (marker == 0xE1 && segment.StartsWith(ExifMark) && OfTiff(segment[ExifMark.Length..]) is { } found) return found;
            at += 2 + length;
        }
        return null;
    }

    /// <summary>Chunks of length, type, data, checksum.</summary>
    private static int? OfPng(ReadOnlySpan<byte> file)
    {
        for (long at = 8; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[(int)at..]);
            if (at + 12 + length > file.Length) return null;
            var type = file.Slice((int)at + 4, 4);
            if (type.SequenceEqual("eXIf"u8)) return OfTiff(file.Slice((int)at + 8, (int)length));
            if (type.SequenceEqual("IEND"u8)) return null;
            at += 12 + length;
        }
        return null;
    }

    /// <summary>RIFF chunks of type, length, data, padded to even.</summary>
    private static int? OfWebP(ReadOnlySpan<byte> file)
    {
        for (long at = 12; at + 8 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file[((int)at + 4)..]);
            if (at + 8 + length > file.Length) return null;
            var data = file.Slice((int)at + 8, (int)length);
            if (file.Slice((int)at, 4).SequenceEqual("EXIF"u8)) return OfTiff(data.StartsWith(ExifMark) ? data[ExifMark.Length..] : data);
            at += 8 + length + (length & 1);
        }
        return null;
    }

    /// <summary>The first directory of a TIFF structure: a count, then entries of tag, type, count, value.</summary>
    private static int? OfTiff(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8) return null;
        bool little;
        if (tiff.StartsWith("II*\0"u8)) little = true;
        else if (tiff.StartsWith("MM\0*"u8)) little = false;
        else return null;
        var start = Number(tiff, 4, 4, little);
        if (start + 2 > tiff.Length) return null;
        var entries = Number(tiff, start, 2, little);
        for (var i = 0; i < entries; i++)
        {
            var at = start + 2 + 12 * i;
            if (at + 12 > tiff.Length) return null;
            if (Number(tiff, at, 2, little) != Tag) continue;
            var type = Number(tiff, at + 2, 2, little);
            if (type is not (Short or Long) || Number(tiff, at + 4, 4, little) != 1) return null;
            return Number(tiff, at + 8, type == Short ? 2 : 4, little) is var value and >= 1 and <= 8 ? (int)value : null;
        }
        return null;
    }

    private static long Number(ReadOnlySpan<byte> tiff, long at, int bytes, bool little)
    {
        var from = tiff.Slice((int)at, bytes);
        return bytes == 2
            ? little ? BinaryPrimitives.ReadUInt16LittleEndian(from) : BinaryPrimitives.ReadUInt16BigEndian(from)
            : little ? BinaryPrimitives.ReadUInt32LittleEndian(from) : BinaryPrimitives.ReadUInt32BigEndian(from);
    }
}
