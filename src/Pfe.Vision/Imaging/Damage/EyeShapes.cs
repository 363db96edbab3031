namespace Pfe.Vision.Imaging.Damage;

/// <summary>What hides eyes. On the ArcFace template they lie at (38, 52) and (74, 52).</summary>
internal static class EyeShapes
{
    private const double Left = 38.3;
    private const double Right = 73.5;
    private const double Height = 51.6;

    /// <summary>A cover of any make.</summary>
    public static Func<double, double, bool> Any(Draw draw)
    {
        var y = Height + draw.Between(-4, 6);
        switch (draw.OneOf(7))
        {
            case 0:
                return Shapes.Rectangle(
                    draw.Between(-2, 28), y - draw.Between(7, 20), 112 - draw.Between(-2, 28), y + draw.Between(7, 20));
            case 1: return Glasses(draw, y, Shapes.Ellipse, draw.Between(11, 19), draw.Between(8, 17));
            case 2: return Glasses(draw, y, Shapes.Rounded, draw.Between(12, 19), draw.Between(7, 15));
            case 3: return Glasses(draw, y, Drop, draw.Between(12, 19), draw.Between(9, 17));
            case 4: return Shapes.Ellipse(56, y, draw.Between(36, 60), draw.Between(10, 22));
            case 5:
                var (eye, radius) = (draw.Coin() ? Left : Right, draw.Between(11, 20));
                return Shapes.Any(Shapes.Ellipse(eye, y, radius, radius * draw.Between(0.7, 1.1)),
                    Shapes.Stroke(eye, y, 112 - eye, y - 50, draw.Between(0.5, 3)));
            default:
                // A visor, its lower edge bent.
                var (top, bottom, bend) = (y - draw.Between(8, 24), y + draw.Between(7, 18), draw.Between(-8, 8));
                return (x, at) => at > top && at < bottom + bend * Math.Pow((x - 56) / 56, 2);
        }
    }

    private static Func<double, double, bool> Glasses(
        Draw draw, double y, Func<double, double, double, double, Func<double, double, bool>> glass, double width, double height)
    {
        var bar = draw.Between(0.8, 3);
        var bridge = Shapes.Stroke(Left, y - 0.3 * height, Right, y - 0.3 * height, bar);
        var frames = Shapes.Any(glass(Left, y, width, height), glass(Right, y, width, height), bridge);
        return draw.Coin()
            ? frames
            : Shapes.Any(frames, Shapes.Stroke(Left - width, y - 0.3 * height, -4, y - 4, bar),
                Shapes.Stroke(Right + width, y - 0.3 * height, 116, y - 4, bar));
    }

    // Flat above, round below, as pilots wear them.
    private static Func<double, double, bool> Drop(double centreX, double centreY, double radiusX, double radiusY)
    {
        var round = Shapes.Ellipse(centreX, centreY - 0.4 * radiusY, radiusX, 1.4 * radiusY);
        return (x, y) => y > centreY - 0.6 * radiusY && round(x, y);
    }
}
