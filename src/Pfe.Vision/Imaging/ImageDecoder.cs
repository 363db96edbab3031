using SkiaSharp;

namespace Pfe.Vision.Imaging;

/// <summary>
/// Encoded bytes to upright RGB. Colour profiles are ignored, as OpenCV and the face networks' training did. Transparent pixels are blended
/// with black: what is not part of the photograph counts like what lies outside it.
/// </summary>
internal static class ImageDecoder
{
    public static unsafe Image Decode(ReadOnlySpan<byte> encoded, string name)
    {
        using var data = SKData.CreateCopy(encoded);
        using var codec = SKCodec.Create(data)
            ?? throw new UnreadableImageException(name, encoded.IsEmpty
                ? "the file is empty" : "not a picture that can be read; JPEG, PNG, WebP, BMP and GIF can be");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > Image.MaxPixels)
            throw new UnreadableImageException(name,
                $"{width} x {height} pixels are more than the {Image.MaxPixels / 1_000_000} million that are decoded; make it smaller " +
                "first");

        var opaque = codec.Info.AlphaType == SKAlphaType.Opaque;
        var rgba = GC.AllocateUninitializedArray<byte>(width * height * 4);
        fixed (byte* start = rgba)
        {
            var wanted = new SKImageInfo(width, height, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
            var result = codec.GetPixels(wanted, (IntPtr)start);
            if (result != SKCodecResult.Success) throw new UnreadableImageException(name, Explain(result));
        }
        return ToUprightRgb(rgba, width, height, codec.EncodedOrigin, opaque);
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
