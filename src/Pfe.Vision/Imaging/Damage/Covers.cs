namespace Pfe.Vision.Imaging.Damage;

/// <summary>Things before the face. A cover is a shape (is this place hidden?), a texture, and how much shines through.</summary>
internal static class Covers
{
    /// <summary>Covers a face.</summary>
    /// <param name="image">Left as it is.</param>
    /// <param name="kind">Which cover.</param>
    /// <param name="draw">Shape, texture and place.</param>
    /// <param name="face">How far this face's cover sits from where the recipe puts it.</param>
    public static Image Apply(Image image, RecipeKind kind, Draw draw, int face)
    {
        var (shape, texture, opacity) = kind switch
        {
            RecipeKind.Mask => (MaskShapes.Any(draw), Texture.Any(draw), 1.0),
            RecipeKind.EyeCover =>
                (EyeShapes.Any(draw), new Texture(draw, draw.Colour().Scaled(draw.Between(0, 0.6)), draw.Colour()), Glass(draw)),
            RecipeKind.Cutout => (Cutout(draw), Texture.Any(draw), 1.0),
            RecipeKind.Sticker => (Stickers(draw), Texture.Any(draw), 1.0),
            RecipeKind.Hand => (HandShapes.Hand(draw), Skin(draw), 1.0),
            RecipeKind.Hair => (HandShapes.Hair(draw), Strands(draw), draw.Between(0.85, 1)),
            RecipeKind.SideCover => (Side(draw), Texture.Any(draw), 1.0),
            RecipeKind.Mesh => (Mesh(draw), new Texture(draw, draw.Colour(), draw.Colour()), draw.Between(0.6, 1)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such cover"),
        };
        // A third of the recipes sit on every face alike, the others as well as a person puts them on.
        var slack = draw.Coin(1.0 / 3) ? 0 : draw.Between(0.5, 3);
        var own = new Draw(face);
        var (dx, dy) = (slack * Math.Clamp(own.Normal(), -2, 2), slack * Math.Clamp(own.Normal(), -2, 2));
        return Pixels.Map(image, (x, y, was) => shape(x - dx, y - dy) ? was.Towards(texture.At(x - dx, y - dy), opacity) : was);
    }

    private static double Glass(Draw draw) => draw.Coin() ? 1 : draw.Between(0.6, 1);

    private static Func<double, double, bool> Cutout(Draw draw)
    {
        var area = 0.5 * draw.Between(0.15, 1);
        var aspect = Math.Exp(draw.Between(-0.6, 0.6));
        var (width, height) = (Math.Min(1, Math.Sqrt(area * aspect)) * Pixels.Side, Math.Min(1, Math.Sqrt(area / aspect)) * Pixels.Side);
        var (left, top) = (draw.Between(0, Pixels.Side - width), draw.Between(0, Pixels.Side - height));
        return draw.OneOf(3) switch
        {
            0 => Shapes.Rectangle(left, top, left + width, top + height),
            1 => Shapes.Ellipse(left + width / 2, top + height / 2, width / 2, height / 2),
            _ => Shapes.Polygon(left + width / 2, top + height / 2, 0.6 * Math.Max(width, height), 3 + draw.OneOf(4),
                draw.Between(0, Math.PI)),
        };
    }

    private static Func<double, double, bool> Stickers(Draw draw)
    {
        var count = 1 + draw.OneOf(6);
        var size = draw.Between(6, 24 - 2 * count);
        var form = draw.OneOf(3);
        var all = Enumerable.Range(0, count).Select(_ =>
        {
            var (x, y) = (draw.Between(15, 97), draw.Between(20, 105));
            return form switch
            {
                0 => Shapes.Ellipse(x, y, size, size),
                1 => Shapes.Rectangle(x - size, y - size, x + size, y + size),
                _ => Shapes.Star(x, y, size, 5, draw.Between(0, Math.PI)),
            };
        }).ToArray();
        return Shapes.Any(all);
    }

    private static Func<double, double, bool> Side(Draw draw)
    {
        var (angle, share) = (draw.OneOf(4) * Math.PI / 2 + draw.Between(-0.3, 0.3), draw.Between(0.3, 0.6));
        // The edge lies that share of the way through the picture; from below it would be a mask.
        if (Math.Abs(angle - Math.PI / 2) < 0.4) angle += Math.PI;
        var (dx, dy) = (Math.Cos(angle), Math.Sin(angle));
        return (x, y) => (x - 56) * dx + (y - 56) * dy > 56 - share * 112;
    }

    private static Func<double, double, bool> Mesh(Draw draw)
    {
        var (period, angle, duty, grid) = (draw.Between(6, 22), draw.Between(0, Math.PI), draw.Between(0.3, 0.65), draw.Coin());
        bool Bar(double x, double y, double a)
        {
            var phase = (x * Math.Cos(a) + y * Math.Sin(a)) / period;
            return phase - Math.Floor(phase) < duty;
        }
        // Crossed bars hide where both are; the rest would hide nearly all.
        return grid ? (x, y) => Bar(x, y, angle) && Bar(x, y, angle + Math.PI / 2) : (x, y) => Bar(x, y, angle);
    }

    private static Texture Skin(Draw draw)
    {
        var tone = new Colour(70, 45, 35).Towards(new Colour(240, 200, 175), draw.Between(0, 1));
        return new Texture(draw, tone, tone.Scaled(0.85));
    }

    private static Texture Strands(Draw draw)
    {
        var tone = draw.OneOf(4) switch
        {
            0 => new Colour(25, 20, 18),
            1 => new Colour(90, 60, 35),
            2 => new Colour(190, 150, 90),
            _ => Colour.Grey(draw.Between(80, 200)),
        };
        return new Texture(draw, tone, tone.Scaled(draw.Between(0.5, 0.9)));
    }
}
