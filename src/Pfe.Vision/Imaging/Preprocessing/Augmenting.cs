using Pfe.Vision.Imaging.Damage;

namespace Pfe.Vision.Imaging.Preprocessing;

/// <summary>ProbFace's operations by its names: cutout, rotate, gaussian_blur. All work on grey levels, so they come before
/// standardize.</summary>
internal static class Augmenting
{
    /// <summary>Black squares about random pixels of each image; what lies outside is cut off.</summary>
    /// <param name="batch">The images; not changed.</param>
    /// <param name="ratio">Side of a square over the image's height.</param>
    /// <param name="holes">Squares an image.</param>
    /// <param name="random">Source of chance.</param>
    public static PixelBatch Cutout(PixelBatch batch, double ratio, int holes, Random random)
    {
        var cut = batch with { Values = [.. batch.Values] };
        var half = (int)(batch.Height * ratio) / 2;
        for (var i = 0; i < batch.Count; i++)
        {
            for (var hole = 0; hole < holes; hole++)
            {
                var (y, x) = (random.Next(batch.Height), random.Next(batch.Width));
                var (left, right) = (Math.Max(0, x - half), Math.Min(batch.Width, x + half));
                for (var row = Math.Max(0, y - half); row < Math.Min(batch.Height, y + half); row++)
                    cut.Row(i, row)[(3 * left)..(3 * right)].Clear();
            }
        }
        return cut;
    }

    /// <summary>Each image turned with a chance, 3 degrees a level to either side, about its middle; black comes in.</summary>
    /// <param name="batch">The images; not changed.</param>
    /// <param name="level">Tenths of 30 degrees, the degrees rounded down.</param>
    /// <param name="chance">Of an image to be turned.</param>
    /// <param name="random">Source of chance.</param>
    public static PixelBatch Rotate(PixelBatch batch, double level, double chance, Random random)
    {
        var degrees = (int)(level * 30 / 10);
        return Some(batch, chance, random, image =>
        {
            var angle = (random.NextDouble() > 0.5 ? -degrees : degrees) * Math.PI / 180;
            var (cos, sin, cx, cy) = (Math.Cos(angle), Math.Sin(angle), (image.Width - 1) / 2.0, (image.Height - 1) / 2.0);
            var map = new AffineMap(cos, -sin, cx - cos * cx + sin * cy, sin, cos, cy - sin * cx - cos * cy);
            return Warp.ToImage(image, map, image.Width, image.Height);
        });
    }

    /// <summary>Each image blurred with a chance.</summary>
    /// <param name="batch">The images; not changed.</param>
    /// <param name="radius">Standard deviation in pixels, Pillow's radius.</param>
    /// <param name="chance">Of an image to be blurred.</param>
    /// <param name="random">Source of chance.</param>
    public static PixelBatch GaussianBlur(PixelBatch batch, double radius, double chance, Random random) =>
        Some(batch, chance, random, image => Smoothing.Gaussian(image, radius));

    private static PixelBatch Some(PixelBatch batch, double chance, Random random, Func<Image, Image> change)
    {
        var changed = batch with { Values = [.. batch.Values] };
        for (var i = 0; i < batch.Count; i++)
        {
            if (random.NextDouble() >= chance) continue;
            var pixels =
                change(new Image(batch.Width, batch.Height, [.. batch.Image(i).ToArray().Select(value => (byte)Math.Clamp(value, 0, 255))]))
                .Pixels;
            var target = changed.Image(i);
            for (var k = 0; k < target.Length; k++) target[k] = pixels[k];
        }
        return changed;
    }
}
