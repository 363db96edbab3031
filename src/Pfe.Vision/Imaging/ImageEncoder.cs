using SkiaSharp;

namespace Pfe.Vision.Imaging;

/// <summary>RGB to the bytes of a picture file; the extension gives the format.</summary>
internal static class ImageEncoder
{
    private const int JpegQuality = 97;

    public static unsafe byte[] Encode(Image image, string path)
    {
        fixed (byte* start = RgbaPixels.Of(image))
        {
            using var pixels = new SKPixmap(
                new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), (IntPtr)start);
            using var data = Path.GetExtension(path).ToUpperInvariant() switch
            {
                ".PNG" => pixels.Encode(SKPngEncoderOptions.Default),
                ".JPG" or ".JPEG" => pixels.Encode(
                    new SKJpegEncoderOptions(JpegQuality, SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore)),
                ".WEBP" => pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 70)),
                var other => throw new InvalidConfigurationException(
                    $"cannot write '{path}': pictures are written as .png, .jpg or .webp, not '{other}'"),
            };
            return data?.ToArray() ?? throw new PfeException($"cannot encode '{path}': {image.Width} x {image.Height} pixels are too " +
                "many for the format");
        }
    }
}
