namespace Pfe.Vision.Imaging.Damage;

/// <summary>Masks. On the ArcFace template the eyes lie at y = 52, the nose's tip at 72, the corners of the mouth at 92.</summary>
internal static class MaskShapes
{
    /// <summary>A mask of any make.</summary>
    public static Func<double, double, bool> Any(Draw draw) => draw.OneOf(6) switch
    {
        0 or 1 => Cloth(draw),
        2 => Surgical(draw),
        3 => Scarf(draw),
        4 => Cup(draw),
        _ => Straight(draw),
    };

    // Higher at the nose, its upper edge bent, narrower at the chin.
    private static Func<double, double, bool> Cloth(Draw draw)
    {
        var (top, peak, curve, bottom, side) =
            (draw.Between(56, 82), draw.Between(0, 14), draw.Between(-10, 12), draw.Between(100, 125), draw.Between(-8, 22));
        return (x, y) =>
        {
            var off = Math.Abs(x - 56) / 56;
            var narrowed = y > 85 ? side * (y - 85) / 27 : 0;
            return y > top - peak * Math.Exp(-25 * off * off) + curve * off * off && y < bottom && x > narrowed && x < 112 - narrowed;
        };
    }

    private static Func<double, double, bool> Surgical(Draw draw)
    {
        var (top, bottom, half, taper) = (draw.Between(60, 78), draw.Between(98, 115), draw.Between(26, 48), draw.Between(0, 0.35));
        Func<double, double, bool> cloth = (x, y) => y > top && y < bottom
            && Math.Abs(x - 56) < half - taper * Math.Max(0, y - (top + bottom) / 2);
        var strap = draw.Between(0.8, 2.5);
        return draw.Coin(0.3)
            ? cloth
            : Shapes.Any(cloth,
                Shapes.Stroke(56 - half, top + 2, -4, draw.Between(44, 66), strap),
                    Shapes.Stroke(56 + half, top + 2, 116, draw.Between(44, 66), strap),
                Shapes.Stroke(56 - half, bottom - 4, -4, draw.Between(78, 100), strap),
                    Shapes.Stroke(56 + half, bottom - 4, 116, draw.Between(78, 100), strap));
    }

    private static Func<double, double, bool> Scarf(Draw draw)
    {
        var (top, wave, period, slope) = (draw.Between(58, 86), draw.Between(0, 5), draw.Between(12, 60), draw.Between(-0.15, 0.15));
        var phase = draw.Between(0, 6.28);
        return (x, y) => y > top + slope * (x - 56) + wave * Math.Sin(2 * Math.PI * x / period + phase);
    }

    private static Func<double, double, bool> Cup(Draw draw) =>
        Shapes.Ellipse(56 + draw.Between(-3, 3), draw.Between(80, 92), draw.Between(20, 38), draw.Between(17, 30));

    private static Func<double, double, bool> Straight(Draw draw)
    {
        var (top, bottom, edge) = (draw.Between(54, 82), draw.Between(96, 118), draw.Between(-2, 22));
        return Shapes.Rectangle(edge, top, 112 - edge, bottom);
    }
}
