namespace Pfe.Vision.Imaging.Damage;

/// <summary>Plane figures: is a place inside? In template units.</summary>
internal static class Shapes
{
    public static Func<double, double, bool> Rectangle(double left, double top, double right, double bottom) =>
        (x, y) => x >= left && x < right && y >= top && y < bottom;

    public static Func<double, double, bool> Ellipse(double centreX, double centreY, double radiusX, double radiusY) =>
        (x, y) => Square((x - centreX) / radiusX) + Square((y - centreY) / radiusY) < 1;

    /// <summary>A rectangle whose corners are rounded by a superellipse of the fourth degree.</summary>
    public static Func<double, double, bool> Rounded(double centreX, double centreY, double radiusX, double radiusY) =>
        (x, y) => Square(Square((x - centreX) / radiusX)) + Square(Square((y - centreY) / radiusY)) < 1;

    public static Func<double, double, bool> Polygon(double centreX, double centreY, double radius, int corners, double turn) =>
        (x, y) =>
        {
            var sector = 2 * Math.PI / corners;
            var angle = Math.Atan2(y - centreY, x - centreX) + turn;
            // Within a sector the side is a straight line at the inner radius.
            var off = angle - sector * Math.Round(angle / sector);
            return Math.Sqrt(Square(x - centreX) + Square(y - centreY)) * Math.Cos(off) < radius * Math.Cos(sector / 2);
        };

    public static Func<double, double, bool> Star(double centreX, double centreY, double radius, int points, double turn) =>
        (x, y) =>
        {
            var angle = Math.Atan2(y - centreY, x - centreX) + turn;
            return Math.Sqrt(Square(x - centreX) + Square(y - centreY)) < radius * (0.7 + 0.3 * Math.Cos(points * angle));
        };

    /// <summary>A stroke of constant width with round ends.</summary>
    public static Func<double, double, bool> Stroke(double fromX, double fromY, double toX, double toY, double halfWidth)
    {
        var (dx, dy) = (toX - fromX, toY - fromY);
        var length = Math.Max(1e-9, dx * dx + dy * dy);
        return (x, y) =>
        {
            var along = Math.Clamp(((x - fromX) * dx + (y - fromY) * dy) / length, 0, 1);
            return Square(x - fromX - along * dx) + Square(y - fromY - along * dy) < halfWidth * halfWidth;
        };
    }

    public static Func<double, double, bool> Any(params Func<double, double, bool>[] shapes) => (x, y) =>
    {
        foreach (var shape in shapes)
            if (shape(x, y)) return true;
        return false;
    };

    private static double Square(double x) => x * x;
}
