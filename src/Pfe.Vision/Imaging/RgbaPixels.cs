namespace Pfe.Vision.Imaging;

/// <summary>Skia works on four bytes a pixel, Pfe on three.</summary>
internal static class RgbaPixels
{
    public static byte[] Of(Image image)
    {
        var rgba = GC.AllocateUninitializedArray<byte>(image.Width * image.Height * 4);
        for (int from = 0, to = 0; to < rgba.Length; from += 3, to += 4)
        {
            image.Pixels.Slice(from, 3).CopyTo(rgba.AsSpan(to));
            rgba[to + 3] = 255;
        }
        return rgba;
    }

    public static Image ToImage(ReadOnlySpan<byte> rgba, int width, int height)
    {
        var rgb = GC.AllocateUninitializedArray<byte>(width * height * 3);
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3) rgba.Slice(from, 3).CopyTo(rgb.AsSpan(to));
        return new Image(width, height, rgb);
    }
}
