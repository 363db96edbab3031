using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using SkiaSharp;

namespace Pfe.Server.Pages;

/// <summary>A photograph small enough to travel inside a page.</summary>
/// <param name="Source">A <c>data:</c> address.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Scale">Pixels of the preview a pixel of the photograph.</param>
internal sealed record PreviewImage(string Source, int Width, int Height, double Scale)
{
    private const int Quality = 82;

    /// <summary>Shrinks a photograph.</summary>
    /// <param name="image">The photograph.</param>
    /// <param name="longest">Its longer side then, at most.</param>
    public static PreviewImage Of(Image image, int longest)
    {
        var photograph = image.Photograph;
        var scale = Math.Min(1.0, longest / (double)Math.Max(photograph.Width, photograph.Height));
        var (width, height) = (Math.Max(1, (int)(photograph.Width * scale)), Math.Max(1, (int)(photograph.Height * scale)));
        var (level, map) = new Pyramid(image).For(AffineMap.Stretch(width, height, photograph.Width, photograph.Height));
        return new(DataOf(Warp.ToImage(level, map, width, height)), width, height, scale);
    }

    /// <summary>A face as the network sees it.</summary>
    public static PreviewImage Aligned(Image image, in FiveLandmarks landmarks, AlignmentTemplate template)
    {
        var (level, map) = new Pyramid(image).For(template.ToSource(landmarks));
        return new(DataOf(Warp.ToImage(level, map, template.Width, template.Height)), template.Width, template.Height, 1);
    }

    /// <summary>A photograph as a JPEG file's bytes.</summary>
    public static byte[] Jpeg(Image image)
    {
        var rgba = new byte[4 * image.Width * image.Height];
        var rgb = image.Pixels;
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
            (rgba[to], rgba[to + 1], rgba[to + 2], rgba[to + 3]) = (rgb[from], rgb[from + 1], rgb[from + 2], 255);
        using var picture = SKImage.FromPixelCopy(
            new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), (ReadOnlySpan<byte>)rgba);
        using var data = picture.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }

    private static string DataOf(Image image) => $"data:image/jpeg;base64,{Convert.ToBase64String(Jpeg(image))}";
}
