namespace Pfe.Vision.Imaging.Damage;

/// <summary>Convolutions with the border pixel repeated outside.</summary>
internal static class Smoothing
{
    /// <summary>Separable Gaussian, cut at three standard deviations.</summary>
    public static Image Gaussian(Image image, double deviation)
    {
        var radius = (int)Math.Ceiling(3 * deviation);
        if (radius == 0) return image;
        var kernel = new float[2 * radius + 1];
        for (var i = -radius; i <= radius; i++) kernel[i + radius] = (float)Math.Exp(-0.5 * i * i / (deviation * deviation));
        var sum = kernel.Sum();
        for (var i = 0; i < kernel.Length; i++) kernel[i] /= sum;

        var across = new float[image.Pixels.Length];
        for (var y = 0; y < image.Height; y++) Row(image.Row(y), kernel, across.AsSpan(3 * y * image.Width, 3 * image.Width));
        return Columns(across, image.Width, image.Height, kernel);
    }

    /// <summary>The mean along a straight line through each pixel.</summary>
    /// <param name="image">Left as it is.</param>
    /// <param name="length">Of the line, in pixels.</param>
    /// <param name="angle">Of the line against the row, in radians.</param>
    public static Image Motion(Image image, double length, double angle)
    {
        var count = Math.Max(1, (int)Math.Ceiling(length));
        if (count == 1) return image;
        var (dx, dy) = (Math.Cos(angle), Math.Sin(angle));
        var pixels = new byte[image.Pixels.Length];
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                int red = 0, green = 0, blue = 0;
                for (var k = 0; k < count; k++)
                {
                    var at = length * (k / (count - 1.0) - 0.5);
                    var row = image.Row(Math.Clamp((int)Math.Round(y + at * dy), 0, image.Height - 1));
                    var column = 3 * Math.Clamp((int)Math.Round(x + at * dx), 0, image.Width - 1);
                    red += row[column];
                    green += row[column + 1];
                    blue += row[column + 2];
                }
                var to = 3 * (y * image.Width + x);
                pixels[to] = (byte)((red + count / 2) / count);
                pixels[to + 1] = (byte)((green + count / 2) / count);
                pixels[to + 2] = (byte)((blue + count / 2) / count);
            }
        }
        return new Image(image.Width, image.Height, pixels);
    }

    private static void Row(ReadOnlySpan<byte> row, float[] kernel, Span<float> destination)
    {
        var (radius, last) = (kernel.Length / 2, row.Length / 3 - 1);
        destination.Clear();
        for (var k = -radius; k <= radius; k++)
        {
            var weight = kernel[k + radius];
            for (var x = 0; x <= last; x++)
            {
                var from = 3 * Math.Clamp(x + k, 0, last);
                destination[3 * x] += weight * row[from];
                destination[3 * x + 1] += weight * row[from + 1];
                destination[3 * x + 2] += weight * row[from + 2];
            }
        }
    }

    private static Image Columns(float[] across, int width, int height, float[] kernel)
    {
        var (radius, stride) = (kernel.Length / 2, 3 * width);
        var pixels = new byte[across.Length];
        var sum = new float[stride];
        for (var y = 0; y < height; y++)
        {
            Array.Clear(sum);
            for (var k = -radius; k <= radius; k++)
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(
                    across.AsSpan(Math.Clamp(y + k, 0, height - 1) * stride, stride), kernel[k + radius], sum, sum);
            for (var i = 0; i < stride; i++) pixels[y * stride + i] = (byte)Math.Clamp(sum[i] + 0.5f, 0, 255);
        }
        return new Image(width, height, pixels);
    }
}
