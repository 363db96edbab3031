namespace Pfe.Vision.Imaging.Damage;

/// <summary>What lens, sensor and file format do.</summary>
internal static class Recording
{
    public static Image Apply(Image image, RecipeKind kind, Draw draw, int face)
    {
        var unit = image.Width / Pixels.Side;
        return kind switch
        {
            RecipeKind.Motion => Smoothing.Motion(image, draw.Between(6, 34) * unit, draw.Between(0, Math.PI)),
            RecipeKind.Blur => Smoothing.Gaussian(image, draw.Between(1, 6) * unit),
            RecipeKind.LowResolution => Resolution(image, (int)draw.Factor(9, 42), draw.OneOf(3)),
            RecipeKind.Noise => Noise(image, draw, face),
            RecipeKind.Compression => FaceDamage.Compress(image, 2 + draw.OneOf(19)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such recording"),
        };
    }

    /// <summary>Down to a number of pixels, smoothed first or not, and up again, smoothly or in blocks.</summary>
    private static Image Resolution(Image image, int pixels, int way)
    {
        var factor = image.Width / (double)pixels;
        var soft = way == 2 ? image : Smoothing.Gaussian(image, 0.4 * factor);
        var small = Warp.ToImage(soft, AffineMap.Stretch(pixels, pixels, image.Width, image.Height), pixels, pixels);
        if (way != 1) return Pixels.Lookup(image, (x, y) => (x, y), small);
        return Pixels.Lookup(image,
            (x, y) => (Pixels.Side / pixels * Math.Floor(x * pixels / Pixels.Side),
            Pixels.Side / pixels * Math.Floor(y * pixels / Pixels.Side)), small);
    }

    private static Image Noise(Image image, Draw draw, int face)
    {
        var (deviation, mode) = (draw.Between(10, 75), draw.OneOf(3));
        var own = new Draw(face);
        return Pixels.Map(image, (_, _, was) =>
        {
            if (mode == 0) return new Colour(was.Red + deviation * own.Normal(), was.Green + deviation * own.Normal(),
                was.Blue + deviation * own.Normal());
            if (mode == 2) return own.Random.NextDouble() is var luck && luck < deviation / 300 ? Colour.Grey(0)
                : luck > 1 - deviation / 300 ? Colour.Grey(255) : was;
            var grain = deviation * own.Normal();
            return new Colour(was.Red + grain, was.Green + grain, was.Blue + grain);
        });
    }
}
