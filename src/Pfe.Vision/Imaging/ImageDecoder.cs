using System.Buffers.Binary;
using SkiaSharp;

namespace Pfe.Vision.Imaging;

/// <summary>
/// Encoded bytes to upright RGB. Colour profiles are ignored, as OpenCV and the face networks' training did. Transparent pixels are blended
/// with black: what is not part of the photograph counts like what lies outside it.
/// </summary>
internal static class ImageDecoder
{
    /// <summary>What a JPEG file ends with; some cameras and transfers lose it.</summary>
    private static ReadOnlySpan<byte> EndOfImage => [0xFF, 0xD9];

    /// <summary>How much coarser a JPEG may be decoded than it is, and up to which size: its decoder takes means of whole blocks.</summary>
    private const int MostReduction = 8, MostJpegPixels = 4;

    /// <summary>4 bytes a pixel as decoded, twice where a JPEG lacks its end; then 3 upright beside them.</summary>
    private const int BytesAPixel = 8;

    /// <summary>3 bytes a pixel upright, and one for the halvings.</summary>
    private const int BytesKept = 4;

    public static Image Decode(ReadOnlySpan<byte> encoded, string name)
    {
        var image = Decode(encoded, name, out var room);
        room.Dispose();
        return image;
    }

    /// <param name="encoded">The file's bytes.</param>
    /// <param name="name">What to call it in an error message.</param>
    /// <param name="room">The memory that the image and its halvings take.</param>
    public static Image Decode(ReadOnlySpan<byte> encoded, string name, out MemoryBudget.Room room)
    {
        var plan = PlanOf(encoded, name);
        room = MemoryBudget.Pictures.Take(plan.Bytes);
        try
        {
            var image = Decode(encoded, plan, name);
            room.Shrink((long)BytesKept * image.Width * image.Height);
            return image;
        }
        catch (Exception e)
        {
            room.Dispose();
            if (e is not OutOfMemoryException) throw;
            throw new UnreadableImageException(name,
                $"there is not enough memory for its {plan.FullWidth} x {plan.FullHeight} pixels; make it smaller first", e);
        }
    }

    private static Image Decode(ReadOnlySpan<byte> encoded, in Plan plan, string name)
    {
        var rgba = GC.AllocateUninitializedArray<byte>(4 * plan.Width * plan.Height);
        var result = Read(encoded, plan, rgba, name);
        if (result == SKCodecResult.IncompleteInput && IsWholeWithoutEndMarker(encoded, plan, rgba, name)) result = SKCodecResult.Success;
        if (result != SKCodecResult.Success) throw new UnreadableImageException(name, Explain(result));
        return ToUprightRgb(rgba, plan, (SKEncodedOrigin)(ExifOrientation.Of(encoded) ?? (int)plan.Origin));
    }

    /// <summary>How a picture is decoded, by its header.</summary>
    /// <param name="FullWidth">As the file has it, before it is turned upright.</param>
    /// <param name="FullHeight">The same.</param>
    /// <param name="Reduction">How many of its pixels, across and down, become one: 1, 2, 4 or 8.</param>
    /// <param name="Width">As it is decoded.</param>
    /// <param name="Height">The same.</param>
    /// <param name="Bytes">Memory that decoding takes at most.</param>
    /// <param name="Opaque">Whether no pixel is transparent.</param>
    /// <param name="Origin">How it is turned upright, as the codec understands the file.</param>
    private readonly record struct Plan(
        int FullWidth, int FullHeight, int Reduction, int Width, int Height, long Bytes, bool Opaque, SKEncodedOrigin Origin);

    /// <summary>Finds the finest way that fits into memory.</summary>
    private static unsafe Plan PlanOf(ReadOnlySpan<byte> encoded, string name)
    {
        if (encoded.IsEmpty) throw new UnreadableImageException(name, ForeignFormat.Explain(encoded));
        fixed (byte* start = encoded)
        {
            using var data = SKData.Create((IntPtr)start, encoded.Length);
            using var codec = SKCodec.Create(data) ?? throw new UnreadableImageException(name, ForeignFormat.Explain(encoded));
            var (width, height, isJpeg) = (codec.Info.Width, codec.Info.Height, codec.EncodedFormat == SKEncodedImageFormat.Jpeg);
            var (pixels, most) = ((long)width * height, isJpeg ? MostJpegPixels * Image.MaxPixels : Image.MaxPixels);
            if (pixels > most)
                throw new UnreadableImageException(name,
                    $"{width} x {height} pixels are more than the {most / 1_000_000} million that are decoded; make it smaller first");
            if (IsCut(encoded, codec.EncodedFormat, pixels))
                throw new UnreadableImageException(name, Explain(SKCodecResult.IncompleteInput));
            var own = CodecMemory.Of(encoded, codec.EncodedFormat, pixels);
            for (var reduction = 1; reduction <= (isJpeg ? MostReduction : 1); reduction *= 2)
            {
                var size = reduction == 1 ? codec.Info.Size : codec.GetScaledDimensions(1f / reduction);
                var bytes = (long)BytesAPixel * size.Width * size.Height + own;
                if ((long)size.Width * size.Height > Image.MaxPixels || bytes > MemoryBudget.Pictures.Bytes) continue;
                return new Plan(width, height, reduction, size.Width, size.Height, bytes,
                    codec.Info.AlphaType == SKAlphaType.Opaque, codec.EncodedOrigin);
            }
            throw new UnreadableImageException(name, $"{width} x {height} pixels take {(BytesAPixel * pixels + own) / 1_000_000} MB to " +
                $"decode, this process may take {MemoryBudget.Pictures.Bytes / 1_000_000}; make it smaller first");
        }
    }

    /// <summary>Whether a file is too short for the pixels that it announces: known before memory is taken for what it does not
    /// hold.</summary>
    private static bool IsCut(ReadOnlySpan<byte> encoded, SKEncodedImageFormat format, long pixels) => format switch
    {
        // A Huffman code has a bit at least, and each block of 8 x 8 pixels a code (ITU-T T.81, F.1.2.1; progressive ones G.1.2.1).
        SKEncodedImageFormat.Jpeg => encoded.Length * 8L < pixels / 64,
        // Deflate makes at most 258 bytes of 2 bits (RFC 1951, 3.2.5), and 8 pixels of one bit fit into a byte.
        SKEncodedImageFormat.Png => encoded.Length * 4L * 258 < pixels / 8,
        SKEncodedImageFormat.Webp => IsShorterThanItSays(encoded),
        _ => false,
    };

    private static bool IsShorterThanItSays(ReadOnlySpan<byte> riff)
    {
        const int Head = 8, Padding = 1;
        return riff.Length >= Head && BinaryPrimitives.ReadUInt32LittleEndian(riff[4..]) + (long)Head > riff.Length + Padding;
    }

    private static unsafe SKCodecResult Read(ReadOnlySpan<byte> encoded, in Plan plan, byte[] rgba, string name)
    {
        fixed (byte* from = encoded, to = rgba)
        {
            using var data = SKData.Create((IntPtr)from, encoded.Length);
            using var codec = SKCodec.Create(data) ?? throw new UnreadableImageException(name, ForeignFormat.Explain(encoded));
            return codec.GetPixels(new SKImageInfo(plan.Width, plan.Height, SKColorType.Rgba8888,
                plan.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul), (IntPtr)to);
        }
    }

    /// <summary>
    /// Reads a JPEG that lacks nothing but its end marker; false where more is missing. What is appended tells the two apart: after
    /// complete data no bit of it is looked at, in the middle of them two different paddings decode to two different pictures.
    /// </summary>
    private static bool IsWholeWithoutEndMarker(ReadOnlySpan<byte> encoded, in Plan plan, byte[] rgba, string name)
    {
        const int Padding = 64;
        if (!encoded.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]) || encoded.EndsWith(EndOfImage)) return false;
        byte[] longer = [.. encoded, .. EndOfImage, .. stackalloc byte[Padding]];
        if (Read(longer.AsSpan(0, encoded.Length + EndOfImage.Length), plan, rgba, name) != SKCodecResult.Success) return false;
        longer.AsSpan(encoded.Length, Padding).Fill(0x55);
        EndOfImage.CopyTo(longer.AsSpan(encoded.Length + Padding));
        var padded = GC.AllocateUninitializedArray<byte>(rgba.Length);
        return Read(longer, plan, padded, name) == SKCodecResult.Success && rgba.AsSpan().SequenceEqual(padded);
    }

    private static string Explain(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "the file is truncated",
        SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput => "the file is damaged",
        _ => $"it cannot be decoded ({result})",
    };

    private static Image ToUprightRgb(ReadOnlySpan<byte> rgba, in Plan plan, SKEncodedOrigin origin)
    {
        var (width, height, opaque) = (plan.Width, plan.Height, plan.Opaque);
        // Where the stored pixel (x, y) goes: start + x * stepX + y * stepY, counted in upright pixels. EXIF names the origin by
        // the sides of the upright picture on which the stored row 0 and column 0 lie.
        var swapped = origin >= SKEncodedOrigin.LeftTop;
        var uprightWidth = swapped ? height : width;
        var uprightHeight = swapped ? width : height;
        var (lastX, lastY) = (uprightWidth - 1, uprightHeight - 1);
        var (startX, startY, stepX, stepY) = origin switch
        {
            SKEncodedOrigin.TopRight => (lastX, 0, -1, uprightWidth),
            SKEncodedOrigin.BottomRight => (lastX, lastY, -1, -uprightWidth),
            SKEncodedOrigin.BottomLeft => (0, lastY, 1, -uprightWidth),
            SKEncodedOrigin.LeftTop => (0, 0, uprightWidth, 1),
            SKEncodedOrigin.RightTop => (lastX, 0, uprightWidth, -1),
            SKEncodedOrigin.RightBottom => (lastX, lastY, -uprightWidth, -1),
            SKEncodedOrigin.LeftBottom => (0, lastY, -uprightWidth, 1),
            _ => (0, 0, 1, uprightWidth),
        };
        var rgb = GC.AllocateUninitializedArray<byte>(width * height * 3);
        for (var y = 0; y < height; y++)
        {
            var to = startY * uprightWidth + startX + y * stepY;
            var row = rgba.Slice(y * width * 4, width * 4);
            for (var x = 0; x < row.Length; x += 4, to += stepX)
            {
                var alpha = opaque ? 255 : row[x + 3];
                rgb[3 * to] = Blend(row[x], alpha);
                rgb[3 * to + 1] = Blend(row[x + 1], alpha);
                rgb[3 * to + 2] = Blend(row[x + 2], alpha);
            }
        }
        return plan.Reduction == 1 ? new Image(uprightWidth, uprightHeight, rgb) : new Image(uprightWidth, uprightHeight, rgb)
        {
            Reduction = plan.Reduction,
            Photograph = swapped ? (plan.FullHeight, plan.FullWidth) : (plan.FullWidth, plan.FullHeight),
        };
    }

    private static byte Blend(byte value, int alpha) => alpha == 255 ? value : (byte)((value * alpha + 127) / 255);
}
