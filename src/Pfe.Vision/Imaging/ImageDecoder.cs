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

    public static Image Decode(ReadOnlySpan<byte> encoded, string name)
    {
        using var room = Room(encoded, name);
        var (result, picture) = Read(encoded, name);
        if (result == SKCodecResult.IncompleteInput
            && WithoutEndMarker(encoded, name) is { } whole) (result, picture) = (SKCodecResult.Success, whole);
        if (result != SKCodecResult.Success) throw new UnreadableImageException(name, Explain(result));
        var orientation = ExifOrientation.Of(encoded) ?? (int)picture.Origin;
        return ToUprightRgb(picture.Rgba, picture.Width, picture.Height, (SKEncodedOrigin)orientation, picture.Opaque);
    }

    /// <summary>Stored pixels, before they are turned upright.</summary>
    private readonly record struct Stored(byte[] Rgba, int Width, int Height, bool Opaque, SKEncodedOrigin Origin);

    /// <summary>Room for the decoded picture, by its header; given back when it is upright.</summary>
    private static unsafe IDisposable Room(ReadOnlySpan<byte> encoded, string name)
    {
        if (encoded.IsEmpty) throw new UnreadableImageException(name, ForeignFormat.Explain(encoded));
        fixed (byte* start = encoded)
        {
            using var data = SKData.Create((IntPtr)start, encoded.Length);
            using var codec = SKCodec.Create(data) ?? throw new UnreadableImageException(name, ForeignFormat.Explain(encoded));
            var (width, height) = (codec.Info.Width, codec.Info.Height);
            return (long)width * height <= Image.MaxPixels
                ? PixelBudget.OfThisProcess.Take(width, height, name)
                : throw new UnreadableImageException(name, $"{width} x {height} pixels are more than the " +
                    $"{Image.MaxPixels / 1_000_000} million that are decoded; make it smaller first");
        }
    }

    private static unsafe (SKCodecResult Result, Stored Picture) Read(ReadOnlySpan<byte> encoded, string name)
    {
        using var data = SKData.CreateCopy(encoded);
        using var codec = SKCodec.Create(data) ?? throw new UnreadableImageException(name, ForeignFormat.Explain(encoded));
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        var opaque = codec.Info.AlphaType == SKAlphaType.Opaque;
        var rgba = GC.AllocateUninitializedArray<byte>(width * height * 4);
        fixed (byte* start = rgba)
        {
            var wanted = new SKImageInfo(width, height, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
            return (codec.GetPixels(wanted, (IntPtr)start), new Stored(rgba, width, height, opaque, codec.EncodedOrigin));
        }
    }

    /// <summary>
    /// The picture of a JPEG that lacks nothing but its end marker; null where more is missing. What is appended tells the two apart: after
    /// complete data no bit of it is looked at, in the middle of them two different paddings decode to two different pictures.
    /// </summary>
    private static Stored? WithoutEndMarker(ReadOnlySpan<byte> encoded, string name)
    {
        if (!encoded.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]) || encoded.EndsWith(EndOfImage)) return null;
        var (plain, first) = Read([.. encoded, .. EndOfImage], name);
        if (plain != SKCodecResult.Success) return null;
        Span<byte> padding = stackalloc byte[64];
        padding.Fill(0x55);
        var (padded, second) = Read([.. encoded, .. padding, .. EndOfImage], name);
        return padded == SKCodecResult.Success && first.Rgba.AsSpan().SequenceEqual(second.Rgba) ? first : null;
    }

    private static string Explain(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "the file is truncated",
        SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput => "the file is damaged",
        _ => $"it cannot be decoded ({result})",
    };

    private static Image ToUprightRgb(ReadOnlySpan<byte> rgba, int width, int height, SKEncodedOrigin origin, bool opaque)
    {
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
        return new Image(uprightWidth, uprightHeight, rgb);
    }

    private static byte Blend(byte value, int alpha) => alpha == 255 ? value : (byte)((value * alpha + 127) / 255);
}
