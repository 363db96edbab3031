using Pfe.Vision.Imaging;

namespace Pfe.Reporting.Measures;

/// <summary>The classical measure of focus that face quality is compared with.</summary>
public static class Sharpness
{
    /// <summary>Variance of the Laplacian of the luma, grey levels squared; higher is sharper. Needs at least 3 x 3 pixels.</summary>
    /// <param name="image">An aligned face.</param>
    public static double Of(Image image)
    {
        var (width, height) = (image.Width, image.Height);
        if (width < 3 || height < 3) throw new ArgumentException($"an image of {width} x {height} has no inner pixel", nameof(image));
        var luma = new double[width * height];
        var pixels = image.Pixels;
        for (var i = 0; i < luma.Length; i++) luma[i] = 0.299 * pixels[3 * i] + 0.587 * pixels[3 * i + 1] + 0.114 * pixels[3 * i + 2];
        var (sum, squares) = (0.0, 0.0);
        for (var y = 1; y < height - 1; y++)
        {
            for (var x = 1; x < width - 1; x++)
            {
                var at = y * width + x;
                var laplacian = luma[at - 1] + luma[at + 1] + luma[at - width] + luma[at + width] - 4 * luma[at];
                sum += laplacian;
                squares += laplacian * laplacian;
            }
        }
        var n = (double)(width - 2) * (height - 2);
        return squares / n - sum / n * (sum / n);
    }
}
