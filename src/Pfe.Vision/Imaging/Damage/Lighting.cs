namespace Pfe.Vision.Imaging.Damage;

/// <summary>What light and tone do to a picture.</summary>
internal static class Lighting
{
    public static Image Apply(Image image, RecipeKind kind, Draw draw, int face) => kind switch
    {
        RecipeKind.Glare => Glare(image, draw),
        RecipeKind.Darkness => Darkness(image, draw, face),
        RecipeKind.Contrast => Contrast(image, draw),
        RecipeKind.Tone => Tone(image, draw),
        RecipeKind.Negative => Negative(image, draw),
        RecipeKind.Hue => Hue(image, draw),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such light"),
    };

    private static Image Glare(Image image, Draw draw)
    {
        var tint = Colour.Grey(1).Towards(new Colour(1, 0.85, 0.6), draw.Between(0, 1));
        var strength = draw.Between(200, 450);
        if (draw.Coin(0.3))
        {
            var (angle, offset, width) = (draw.Between(0, Math.PI), draw.Between(-30, 30), draw.Between(6, 20));
            return Lit(image, tint, (x, y) => strength * Bell(((x - 56) * Math.Cos(angle) + (y - 56) * Math.Sin(angle) - offset) / width));
        }
        var spots = Enumerable.Range(0,
            1 + draw.OneOf(3)).Select(_ => (X: draw.Between(25, 87), Y: draw.Between(25, 95), Size: draw.Between(10, 32))).ToArray();
        return Lit(image, tint, (x, y) => spots.Sum(spot => strength * Bell((x - spot.X) / spot.Size) * Bell((y - spot.Y) / spot.Size)));
    }

    private static Image Lit(Image image, Colour tint, Func<double, double, double> light) => Pixels.Map(image, (x, y, was) =>
    {
        var more = light(x, y);
        return new Colour(was.Red + more * tint.Red, was.Green + more * tint.Green, was.Blue + more * tint.Blue);
    });

    private static double Bell(double x) => Math.Exp(-0.5 * x * x);

    private static Image Darkness(Image image, Draw draw, int face)
    {
        var (gain, noise) = (draw.Factor(0.03, 0.35), draw.Coin(0.4) ? 0 : draw.Factor(1, 6));
        var own = new Draw(face);
        // Rounded down, as a sensor does at its black level.
        return Pixels.Map(image, (_, _, was) => noise == 0
            ? new Colour(gain * was.Red - 0.5, gain * was.Green - 0.5, gain * was.Blue - 0.5)
            : new Colour(gain * was.Red + noise * own.Normal(), gain * was.Green + noise * own.Normal(),
                gain * was.Blue + noise * own.Normal()));
    }

    private static Image Contrast(Image image, Draw draw)
    {
        var (keep, level) = (draw.Between(0.05, 0.4), Colour.Grey(draw.Between(0, 255)));
        return Pixels.Map(image, (_, _, was) => level.Towards(was, keep));
    }

    private static Image Tone(Image image, Draw draw)
    {
        switch (draw.OneOf(3))
        {
            case 0:
                var gamma = Math.Exp(draw.Sign() * draw.Between(0.5, 1.6));
                double Bend(double level) => 255 * Math.Pow(level / 255, gamma);
                return Pixels.Map(image, (_, _, was) => new Colour(Bend(was.Red), Bend(was.Green), Bend(was.Blue)));
            case 1:
                var (red, green, blue) = (draw.Between(0.3, 1.7), draw.Between(0.3, 1.7), draw.Between(0.3, 1.7));
                return Pixels.Map(image, (_, _, was) => new Colour(red * was.Red, green * was.Green, blue * was.Blue));
            default:
                var over = draw.Between(1.6, 4);
                return Pixels.Map(image, (_, _, was) => was.Scaled(over));
        }
    }

    private static Image Negative(Image image, Draw draw)
    {
        var (grey, share) = (draw.Coin(0.4), draw.Between(0.75, 1));
        return Pixels.Map(image, (_, _, was) =>
        {
            var seen = grey ? Colour.Grey(Pixels.Grey(was)) : was;
            return Colour.Grey(128).Towards(new Colour(255 - seen.Red, 255 - seen.Green, 255 - seen.Blue), share);
        });
    }

    private static Image Hue(Image image, Draw draw)
    {
        var (turn, vivid) = (draw.OneOf(5), draw.Between(1, 2.5));
        return Pixels.Map(image, (_, _, was) =>
        {
            var turned = turn switch
            {
                0 => new Colour(was.Green, was.Blue, was.Red),
                1 => new Colour(was.Blue, was.Red, was.Green),
                2 => new Colour(was.Blue, was.Green, was.Red),
                3 => new Colour(was.Green, was.Red, was.Blue),
                _ => new Colour(was.Red, was.Blue, was.Green),
            };
            return Colour.Grey(Pixels.Grey(turned)).Towards(turned, vivid);
        });
    }
}
