using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>
/// The five points by which faces are aligned, in pixels of their image. Left and right are the picture's, not the person's:
/// <see cref="LeftEye"/> is the eye further left in an upright photograph.
/// </summary>
/// <param name="LeftEye">Centre of the eye on the picture's left.</param>
/// <param name="RightEye">Centre of the eye on the picture's right.</param>
/// <param name="Nose">Tip of the nose.</param>
/// <param name="LeftMouth">Corner of the mouth on the picture's left.</param>
/// <param name="RightMouth">Corner of the mouth on the picture's right.</param>
public readonly record struct FiveLandmarks(Point2 LeftEye, Point2 RightEye, Point2 Nose, Point2 LeftMouth, Point2 RightMouth)
{
    /// <summary>The points in their order: left eye, right eye, nose, left mouth corner, right mouth corner.</summary>
    /// <param name="index">0 to 4.</param>
    public Point2 this[int index] => index switch
    {
        0 => LeftEye,
        1 => RightEye,
        2 => Nose,
        3 => LeftMouth,
        4 => RightMouth,
        _ => throw new ArgumentOutOfRangeException(nameof(index), index, "0 to 4"),
    };

    /// <summary>Distance between the eyes, in pixels: the usual unit of landmark errors.</summary>
    public double EyeDistance => LeftEye.DistanceTo(RightEye);

    /// <summary>Takes five points in order.</summary>
    /// <param name="points">Five points.</param>
    public static FiveLandmarks From(ReadOnlySpan<Point2> points) => points.Length == 5
        ? new FiveLandmarks(points[0], points[1], points[2], points[3], points[4])
        : throw new ArgumentException($"five points are wanted, not {points.Length}", nameof(points));

    /// <summary>The points moved by a map.</summary>
    /// <param name="map">Applied to each point.</param>
    internal FiveLandmarks Map(in AffineMap map) =>
        new(map.Apply(LeftEye), map.Apply(RightEye), map.Apply(Nose), map.Apply(LeftMouth), map.Apply(RightMouth));
}
