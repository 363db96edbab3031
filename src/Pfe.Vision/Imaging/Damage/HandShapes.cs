namespace Pfe.Vision.Imaging.Damage;

/// <summary>Hands and hair.</summary>
internal static class HandShapes
{
    /// <summary>Two to five fingers from one side of the picture, with a palm or without.</summary>
    public static Func<double, double, bool> Hand(Draw draw)
    {
        var angle = draw.Between(0, 2 * Math.PI);
        var (dx, dy) = (Math.Cos(angle), Math.Sin(angle));
        var (tipX, tipY) = (56 + draw.Between(-22, 22), 62 + draw.Between(-25, 25));
        var (count, width) = (2 + draw.OneOf(4), draw.Between(5, 10));
        var spread = width * draw.Between(1.6, 2.6);
        var fingers = Enumerable.Range(0, count).Select(i =>
        {
            var across = (i - (count - 1) / 2.0) * spread;
            // The middle finger reaches farthest.
            var back = 3 * Math.Abs(i - (count - 1) / 2.0) + draw.Between(0, 6);
            var (x, y) = (tipX - across * dy + back * dx, tipY + across * dx + back * dy);
            return Shapes.Stroke(x, y, x + 140 * dx + 0.2 * across * dy, y + 140 * dy - 0.2 * across * dx, width);
        });
        var reach = draw.Between(28, 60);
        Func<double, double, bool>[] palm = draw.Coin(0.7)
            ? [Shapes.Ellipse(tipX + reach * dx, tipY + reach * dy, 0.6 * count * width + 8, 0.6 * count * width + 8)] : [];
        return Shapes.Any([.. fingers, .. palm]);
    }

    /// <summary>A fringe down to the brows or over the eyes, curtains at the sides, or loose strands across the face.</summary>
    public static Func<double, double, bool> Hair(Draw draw)
    {
        var (style, phase, period) = (draw.OneOf(3), draw.Between(0, 6.28), draw.Between(4, 14));
        if (style == 0)
        {
            var (edge, jag, slope) = (draw.Between(34, 66), draw.Between(1, 8), draw.Between(-0.3, 0.3));
            return (x, y) => y < edge + slope * (x - 56) + jag * Math.Sin(2 * Math.PI * x / period + phase);
        }
        if (style == 1)
        {
            var (left, right, wave) = (draw.Between(10, 46), draw.Between(66, 102), draw.Between(0, 4));
            return (x, y) => x < left + wave * Math.Sin(y / period + phase) || x > right + wave * Math.Sin(y / period + phase);
        }
        var strands = Enumerable.Range(0, 5 + draw.OneOf(10)).Select(_ =>
        {
            var (from, to) = (draw.Between(0, 112), draw.Between(0, 112));
            return Shapes.Stroke(from, -5, to, draw.Between(50, 117), draw.Between(0.7, 4));
        });
        return Shapes.Any([.. strands]);
    }
}
