namespace Pfe.Vision.Imaging.Preprocessing;

/// <summary>
/// Operations that change the number of pixels. Bilinear as Pillow does it (the reference resized through it): the triangle is widened when
/// an image gets smaller, so that nothing aliases, and cut off and renormalised at the edges.
/// </summary>
internal static class Resampling
{
    public static PixelBatch Resize(PixelBatch batch, int height, int width)
    {
        var resized = PixelBatch.Zero(batch.Count, height, width);
        var (columns, rows) = (Weights(batch.Width, width), Weights(batch.Height, height));
        for (var i = 0; i < batch.Count; i++) Resize(batch.Image(i), batch.Height, batch.Width, columns, rows, resized.Image(i));
        return resized;
    }

    /// <summary>Each image made smaller by a ratio of its own, evenly from the smallest to 1, and brought back to its size.</summary>
    public static PixelBatch RandomDownsample(PixelBatch batch, double smallest, Random random)
    {
        var result = PixelBatch.Zero(batch.Count, batch.Height, batch.Width);
        for (var i = 0; i < batch.Count; i++)
        {
            var ratio = smallest + (1 - smallest) * random.NextDouble();
            var (height, width) = (Math.Max(1, (int)Math.Round(ratio * batch.Height)), Math.Max(1, (int)Math.Round(ratio * batch.Width)));
            var one = new PixelBatch(1, batch.Height, batch.Width, batch.Image(i).ToArray());
            Resize(Resize(one, height, width), batch.Height, batch.Width).Image(0).CopyTo(result.Image(i));
        }
        return result;
    }

    private readonly record struct Taps(int First, float[] Weights);

    private static Taps[] Weights(int from, int to)
    {
        var taps = new Taps[to];
        var scale = (double)from / to;
        var support = Math.Max(1, scale);
        for (var i = 0; i < to; i++)
        {
            var centre = (i + 0.5) * scale - 0.5;
            var first = Math.Max(0, (int)Math.Ceiling(centre - support));
            var last = Math.Min(from - 1, (int)Math.Floor(centre + support));
            var weights = new double[last - first + 1];
            for (var k = 0; k < weights.Length; k++) weights[k] = Math.Max(0, 1 - Math.Abs(first + k - centre) / support);
            var sum = weights.Sum();
            taps[i] = new Taps(first, Array.ConvertAll(weights, weight => (float)(weight / sum)));
        }
        return taps;
    }

    private static void Resize(ReadOnlySpan<float> source, int height, int width, Taps[] columns, Taps[] rows, Span<float> destination)
    {
        var narrow = new float[height * columns.Length * 3];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < columns.Length; x++)
                for (var k = 0; k < columns[x].Weights.Length; k++)
                    for (var c = 0; c < 3; c++)
                        narrow[(y * columns.Length + x) * 3 + c] += columns[x]
                            .Weights[k] * source[(y * width + columns[x].First + k) * 3 + c];
        var row = columns.Length * 3;
        for (var y = 0; y < rows.Length; y++)
            for (var k = 0; k < rows[y].Weights.Length; k++)
                for (var x = 0; x < row; x++)
                    destination[y * row + x] += rows[y].Weights[k] * narrow[(rows[y].First + k) * row + x];
    }
}
