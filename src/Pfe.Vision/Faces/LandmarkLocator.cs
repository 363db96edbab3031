using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>A face, and how far its landmarks moved when they were looked for once more.</summary>
/// <param name="Face">The face.</param>
/// <param name="Shift">Mean distance between two looks, in units of the eye distance.</param>
internal readonly record struct LocatedFace(DetectedFace Face, double Shift);

/// <summary>
/// Landmarks in two looks: the detected box, made square; then once more where these landmarks say the face is, turned upright. How far
/// they
/// move between looks tells a face from what is none, or lies on its side. Measured on 120 photographs of CelebA, each turned four ways:
/// between
/// the second look and a third, landmarks of upright faces move by 0.008 of the eye distance (median; 0.037 for 99 of 100), of faces
/// upside down
/// by 0.24 and on their side by 0.44, and the smallest of the four was the upright one in all 120.
/// </summary>
/// <param name="network">The landmark network.</param>
internal sealed class LandmarkLocator(LandmarkNetwork network) : IDisposable
{
    /// <summary>
    /// The second crop in the frame of the ArcFace template: 112 x 112, 14 pixels lower. Place and size were chosen on CelebA, among
    /// five: the mean landmark error there fell from 9.2% to 8.8% of the eye distance, on LFW from 5.5% to 4.4%.
    /// </summary>
    private static readonly AffineMap RefinementCrop = new(112, 0, 0, 0, 112, 14);

    /// <summary>
    /// Shifts below which landmarks count as steady: from the first look to the second, from the second to a third, and from the second to
    /// a
    /// third where the other three turns are known to be worse.
    /// </summary>
    private const double SteadyFirst = 0.08, Steady = 0.05, Bearable = 0.12;

    /// <summary>Finds the landmarks of a face.</summary>
    /// <param name="frame">The picture, turned so that the face is upright.</param>
    /// <param name="box">The face's box in the turned picture.</param>
    /// <param name="score">The detector's confidence.</param>
    public LocatedFace Locate(PhotoFrame frame, in FaceBox box, float score)
    {
        var side = box.Height;
        var square = new AffineMap(side, 0, box.Centre.X - side / 2, 0, side, box.Centre.Y - side / 2);
        var first = network.Find(frame.Photo, frame.ToPhoto.After(square));
        var second = Again(frame, first);
        var shift = Shift(first, second);
        var reliable = shift <= SteadyFirst;
        if (!reliable || frame.Turns > 0)
        {
            // A box that sits badly moves the first look too; the third shows whether the second has arrived.
            shift = Shift(second, Again(frame, second));
            reliable = shift <= Steady;
        }
        var face = new DetectedFace(frame.Back(box), score, second) { Rotation = 90 * frame.Turns, LandmarksReliable = reliable };
        return new LocatedFace(face, shift);
    }

    /// <summary>
    /// Upright faces after the other three turns were tried in vain: one that is twice as steady as anything they showed, and not far off,
    /// is
    /// upright.
    /// </summary>
    public static List<LocatedFace> Settle(List<LocatedFace> upright, double steadiestTurned) =>
        upright.ConvertAll(found => found.Shift <= Bearable && 2 * found.Shift < steadiestTurned
            ? found with { Face = found.Face with { LandmarksReliable = true } }
            : found);

    /// <summary>The smallest shift of some faces; infinity where there is none.</summary>
    public static double Least(List<LocatedFace> faces) => faces.Select(face => face.Shift).DefaultIfEmpty(double.PositiveInfinity).Min();

    /// <summary>Whether a turned picture shows faces whose landmarks are steady where the others' are not.</summary>
    public static bool Steadier(List<LocatedFace> turned, List<LocatedFace> others)
    {
        var best = turned.Where(face => face.Face.LandmarksReliable).Select(face => face.Shift).DefaultIfEmpty(double.NaN).Min();
        return best < 0.5 * Least(others);
    }

    public void Dispose() => network.Dispose();

    private FiveLandmarks Again(PhotoFrame frame, in FiveLandmarks landmarks) =>
        network.Find(frame.Photo, SimilarityTransform.Fit(AlignmentTemplate.ArcFace.Points, landmarks).ToMap().After(RefinementCrop));

    private static double Shift(in FiveLandmarks a, in FiveLandmarks b)
    {
        var sum = 0.0;
        for (var i = 0; i < 5; i++) sum += a[i].DistanceTo(b[i]);
        return sum / 5 / Math.Max(1e-9, b.EyeDistance);
    }
}
