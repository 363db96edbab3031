namespace Pfe.Vision.Imaging.Preprocessing;

/// <summary>Operations on grey levels.</summary>
internal static class GreyLevels
{
    /// <summary>(x - mean) / std; mean_scale is (x - 127.5) / 128, scale is x / 255.</summary>
    public static PixelBatch Standardize(PixelBatch batch, float mean, float std) =>
        batch with { Values = Array.ConvertAll(batch.Values, value => (value - mean) / std) };

    /// <summary>Each two neighbouring images become one, mixed by a share of its own: half as many images, rounded down to whole grey
    /// levels.</summary>
    public static PixelBatch RandomInterpolate(PixelBatch batch, Random random)
    {
        if (batch.Count % 2 != 0) throw new PfeException($"random_interpolate: images are mixed in pairs, {batch.Count} are odd");
        var mixed = PixelBatch.Zero(batch.Count / 2, batch.Height, batch.Width);
        for (var i = 0; i < mixed.Count; i++)
        {
            var share = random.NextDouble();
            var first = batch.Image(2 * i);
            var second = batch.Image(2 * i + 1);
            var result = mixed.Image(i);
            for (var k = 0; k < result.Length; k++) result[k] = (float)Math.Floor(share * first[k] + (1 - share) * second[k]);
        }
        return mixed;
    }
}
