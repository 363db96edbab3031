namespace Pfe.Vision.Imaging.Damage;

/// <summary>Faces in the wrong place or the wrong form.</summary>
internal static class Distortion
{
    public static Image Apply(Image image, RecipeKind kind, Draw draw) => kind switch
    {
        RecipeKind.Tilt => Turned(image, draw.Sign() * draw.Between(8, 130), 1, 0, 0, draw.Coin()),
        RecipeKind.UpsideDown => Turned(image, 180 + draw.Between(-45, 45), 1, 0, 0, draw.Coin()),
        RecipeKind.Shift => Turned(image, 0, draw.Factor(0.64, 1.57), draw.Between(-38, 38), draw.Between(-38, 38), draw.Coin()),
        RecipeKind.Swirl => Swirl(image, draw.Sign() * draw.Between(1, 2.2)),
        RecipeKind.Squash => Squash(image, draw.Between(0.4, 0.6), draw.Coin()),
        RecipeKind.HalfMirror => Mirror(image, draw.OneOf(4)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such distortion"),
    };

    /// <summary>Turned about the centre, enlarged, then moved.</summary>
    /// <param name="image">Left as it is.</param>
    /// <param name="degrees">Clockwise.</param>
    /// <param name="scale">Above 1 enlarges.</param>
    /// <param name="dx">To the right, in template units.</param>
    /// <param name="dy">Downwards.</param>
    /// <param name="smear">The border's pixels go on outside; black otherwise.</param>
    public static Image Turned(Image image, double degrees, double scale, double dx, double dy, bool smear)
    {
        var (cos, sin) = (Math.Cos(degrees * Math.PI / 180) / scale, Math.Sin(degrees * Math.PI / 180) / scale);
        var (centreX, centreY) = ((image.Width - 1) / 2.0, (image.Height - 1) / 2.0);
        var (toX, toY) = (centreX + dx * image.Width / Pixels.Side, centreY + dy * image.Height / Pixels.Side);
        var map = new AffineMap(cos, sin, centreX - cos * toX - sin * toY, -sin, cos, centreY + sin * toX - cos * toY);
        if (!smear) return Warp.ToImage(image, map, image.Width, image.Height);
        var (unitX, unitY) = (Pixels.Side / image.Width, Pixels.Side / image.Height);
        return Pixels.Lookup(image, (x, y) =>
        {
            var from = map.Apply(new Point2(x / unitX, y / unitY));
            return (from.X * unitX, from.Y * unitY);
        });
    }

    private static Image Swirl(Image image, double turn) => Pixels.Lookup(image, (x, y) =>
    {
        var (dx, dy) = (x - 55.5, y - 55.5);
        var angle = turn * Math.Exp(-(dx * dx + dy * dy) / (32.0 * 32));
        return (55.5 + dx * Math.Cos(angle) - dy * Math.Sin(angle), 55.5 + dx * Math.Sin(angle) + dy * Math.Cos(angle));
    });

    private static Image Squash(Image image, double factor, bool upright)
    {
        // A centre on pixel (n - 1) / 2 stays there.
        var (cx, cy) = ((image.Width - 1) / 2.0, (image.Height - 1) / 2.0);
        var (fx, fy) = upright ? (1 / factor, 1.0) : (1.0, 1 / factor);
        var (softX, softY) = (upright ? 0.4 / factor : 0, upright ? 0 : 0.4 / factor);
        var soft = Smoothing.Gaussian(image, Math.Max(softX, softY));
        return Warp.ToImage(soft, new AffineMap(fx, 0, cx - fx * cx, 0, fy, cy - fy * cy), image.Width, image.Height);
    }

    private static Image Mirror(Image image, int half) => Pixels.Lookup(image, (x, y) => half switch
    {
        0 => (Math.Min(x, 111 - x), y),
        1 => (Math.Max(x, 111 - x), y),
        2 => (x, Math.Min(y, 111 - y)),
        _ => (x, Math.Max(y, 111 - y)),
    });
}
