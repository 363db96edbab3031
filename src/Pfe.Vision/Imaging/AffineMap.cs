namespace Pfe.Vision.Imaging;

/// <summary>x' = Xx x + Xy y + X0, y' = Yx x + Yy y + Y0, in pixels with centres on whole numbers.</summary>
/// <param name="Xx">Share of x in x'.</param>
/// <param name="Xy">Share of y in x'.</param>
/// <param name="X0">Shift of x'.</param>
/// <param name="Yx">Share of x in y'.</param>
/// <param name="Yy">Share of y in y'.</param>
/// <param name="Y0">Shift of y'.</param>
internal readonly record struct AffineMap(double Xx, double Xy, double X0, double Yx, double Yy, double Y0)
{
    /// <summary>The map that stretches a picture of one size onto another, edges onto edges (so centres shift by half a pixel).</summary>
    /// <param name="fromWidth">Width before.</param>
    /// <param name="fromHeight">Height before.</param>
    /// <param name="toWidth">Width after.</param>
    /// <param name="toHeight">Height after.</param>
    public static AffineMap Stretch(double fromWidth, double fromHeight, double toWidth, double toHeight)
    {
        var (sx, sy) = (toWidth / fromWidth, toHeight / fromHeight);
        return new AffineMap(sx, 0, 0.5 * sx - 0.5, 0, sy, 0.5 * sy - 0.5);
    }

    /// <summary>Where a point goes.</summary>
    /// <param name="point">In pixels.</param>
    public Point2 Apply(Point2 point) => new(Xx * point.X + Xy * point.Y + X0, Yx * point.X + Yy * point.Y + Y0);

    /// <summary>The map that does <paramref name="first"/>, then this one.</summary>
    /// <param name="first">Applied first.</param>
    public AffineMap After(AffineMap first) => new(
        Xx * first.Xx + Xy * first.Yx, Xx * first.Xy + Xy * first.Yy, Xx * first.X0 + Xy * first.Y0 + X0,
        Yx * first.Xx + Yy * first.Yx, Yx * first.Xy + Yy * first.Yy, Yx * first.X0 + Yy * first.Y0 + Y0);

    /// <summary>The map back.</summary>
    /// <exception cref="InvalidOperationException">The map folds the plane onto a line.</exception>
    public AffineMap Inverse()
    {
        var determinant = Xx * Yy - Xy * Yx;
        if (determinant == 0 || !double.IsFinite(determinant)) throw new InvalidOperationException($"{this} has no inverse");
        var (a, b, c, d) = (Yy / determinant, -Xy / determinant, -Yx / determinant, Xx / determinant);
        return new AffineMap(a, b, -(a * X0 + b * Y0), c, d, -(c * X0 + d * Y0));
    }
}

/// <summary>A point in pixels, (0, 0) at the centre of the first pixel.</summary>
/// <param name="X">To the right.</param>
/// <param name="Y">Downwards.</param>
public readonly record struct Point2(double X, double Y)
{
    /// <summary>Euclidean distance to another point.</summary>
    /// <param name="other">The other point.</param>
    public double DistanceTo(Point2 other) => Math.Sqrt((X - other.X) * (X - other.X) + (Y - other.Y) * (Y - other.Y));
}
