using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>
/// Scale, rotation and shift: x' = A x - B y + X0, y' = B x + A y + Y0. A reflection cannot be expressed, so a face is never mirrored.
/// </summary>
/// <param name="A">Scale times the cosine of the angle.</param>
/// <param name="B">Scale times the sine of the angle.</param>
/// <param name="X0">Shift of x'.</param>
/// <param name="Y0">Shift of y'.</param>
internal readonly record struct SimilarityTransform(double A, double B, double X0, double Y0)
{
    private const double SmallestScale = 1e-9;

    /// <summary>The factor by which lengths grow.</summary>
    public double Scale => Math.Sqrt(A * A + B * B);

    /// <summary>
    /// The transform that carries <paramref name="from"/> closest to <paramref name="to"/>: the least sum of squared distances
    /// (Umeyama 1991 without reflection). With points as complex numbers about their means p and q it is sum(conj(p) q) / sum(|p|^2).
    /// </summary>
    /// <param name="from">At least two points that do not all coincide.</param>
    /// <param name="to">As many points.</param>
    /// <exception cref="PfeException">The points coincide or are not finite: no transform can be found.</exception>
    public static SimilarityTransform Fit(ReadOnlySpan<Point2> from, ReadOnlySpan<Point2> to)
    {
        if (from.Length != to.Length || from.Length < 2)
            throw new ArgumentException($"two sets of at least two points are wanted, not {from.Length} and {to.Length}", nameof(from));
        var (fromMean, toMean) = (Mean(from), Mean(to));
        double dot = 0, cross = 0, spread = 0;
        for (var i = 0; i < from.Length; i++)
        {
            var (px, py) = (from[i].X - fromMean.X, from[i].Y - fromMean.Y);
            var (qx, qy) = (to[i].X - toMean.X, to[i].Y - toMean.Y);
            dot += px * qx + py * qy;
            cross += px * qy - py * qx;
            spread += px * px + py * py;
        }
        var (a, b) = (dot / spread, cross / spread);
        // Points that coincide but for rounding would give a face shrunk to nothing.
        if (!(Math.Sqrt(a * a + b * b) is > SmallestScale and < 1 / SmallestScale))
            throw new PfeException(
                $"no similarity transform fits the points {Text(Extent(to) < Extent(from) ? to : from)}: they must be finite and must " +
                    "not coincide");
        return new SimilarityTransform(a, b, toMean.X - (a * fromMean.X - b * fromMean.Y), toMean.Y - (b * fromMean.X + a * fromMean.Y));
    }

    /// <summary>The transform that carries a face's landmarks closest to a template's; see
    /// <see cref="Fit(ReadOnlySpan{Point2}, ReadOnlySpan{Point2})"/>.</summary>
    /// <param name="from">The face's landmarks.</param>
    /// <param name="to">The template's.</param>
    /// <exception cref="PfeException">The landmarks coincide or are not finite.</exception>
    public static SimilarityTransform Fit(in FiveLandmarks from, in FiveLandmarks to) =>
        Fit([from.LeftEye, from.RightEye, from.Nose, from.LeftMouth, from.RightMouth],
            [to.LeftEye, to.RightEye, to.Nose, to.LeftMouth, to.RightMouth]);

    /// <summary>Where a point goes.</summary>
    /// <param name="point">In pixels.</param>
    public Point2 Apply(Point2 point) => new(A * point.X - B * point.Y + X0, B * point.X + A * point.Y + Y0);

    /// <summary>The transform back.</summary>
    public SimilarityTransform Inverse()
    {
        var square = A * A + B * B;
        var (a, b) = (A / square, -B / square);
        return new SimilarityTransform(a, b, -(a * X0 - b * Y0), -(b * X0 + a * Y0));
    }

    /// <summary>The same as a general map, for <see cref="Warp"/>.</summary>
    public AffineMap ToMap() => new(A, -B, X0, B, A, Y0);

    private static Point2 Mean(ReadOnlySpan<Point2> points)
    {
        double x = 0, y = 0;
        foreach (var point in points) (x, y) = (x + point.X, y + point.Y);
        return new Point2(x / points.Length, y / points.Length);
    }

    private static double Extent(ReadOnlySpan<Point2> points)
    {
        var (mean, sum) = (Mean(points), 0.0);
        foreach (var point in points) sum += point.DistanceTo(mean);
        // Not a number marks the points that are at fault as well as coinciding ones.
        return double.IsFinite(sum) ? sum : -1;
    }

    private static string Text(ReadOnlySpan<Point2> points) =>
        string.Join(' ', points.ToArray().Select(point => $"({point.X:0.##}, {point.Y:0.##})"));
}
