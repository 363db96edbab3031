using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests;

/// <summary>Pictures made of arithmetic, for tests that need pixels but no people.</summary>
internal static class Drawn
{
    /// <summary>Independent random pixels: the hardest case for interpolation.</summary>
    public static Image Noise(int width, int height, int seed)
    {
        var pixels = new byte[width * height * 3];
        new Random(seed).NextBytes(pixels);
        return new Image(width, height, pixels);
    }

    /// <summary>Red grows to the right, green grows downwards, blue is their blend: every pixel tells where it is.</summary>
    public static Image Gradient(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = 3 * (y * width + x);
                pixels[at] = (byte)(255 * x / Math.Max(1, width - 1));
                pixels[at + 1] = (byte)(255 * y / Math.Max(1, height - 1));
                pixels[at + 2] = (byte)((pixels[at] + pixels[at + 1]) / 2);
            }
        }
        return new Image(width, height, pixels);
    }
}
