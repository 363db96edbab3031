namespace Pfe.Vision.Imaging;

/// <summary>The classical measure of focus that face quality is compared with: the variance of the Laplacian, higher for sharper.</summary>
public static class Sharpness
{
    /// <summary>Sharpness of a picture's luma, grey levels squared.</summary>
    /// <param name="image">An aligned face, at least 3 x 3 pixels.</param>
    public static double Of(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var luma = new float[image.Width * image.Height];
        var pixels = image.Pixels;
        for (var i = 0; i < luma.Length; i++) luma[i] = 0.299f * pixels[3 * i] + 0.587f * pixels[3 * i + 1] + 0.114f * pixels[3 * i + 2];
        return Of(luma, image.Width, image.Height);
    }

    /// <summary>Sharpness of one plane, in the plane's own unit squared.</summary>
    /// <param name="plane">width x height values, row by row.</param>
    /// <param name="width">At least 3.</param>
    /// <param name="height">At least 3.</param>
    public static double Of(ReadOnlySpan<float> plane, int width, int height)
    {
        if (width < 3 || height < 3) throw new ArgumentException($"a plane of {width} x {height} has no inner pixel", nameof(plane));
        var (sum, squares) = (0.0, 0.0);
        for (var y = 1; y < height - 1; y++)
        {
            for (var x = 1; x < width - 1; x++)
            {
                var at = y * width + x;
                double laplacian = plane[at - 1] + plane[at + 1] + plane[at - width] + plane[at + width] - 4 * plane[at];
                sum += laplacian;
                squares += laplacian * laplacian;
            }
        }
        var n = (double)(width - 2) * (height - 2);
        return squares / n - sum / n * (sum / n);
    }
}
