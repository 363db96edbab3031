using Microsoft.ML.OnnxRuntime;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.Vision.Faces;

/// <summary>A face in a photograph.</summary>
/// <param name="Box">Where the detector sees it.</param>
/// <param name="Score">The detector's confidence, 0 to 1.</param>
/// <param name="Landmarks">The five points by which it is aligned.</param>
public sealed record DetectedFace(FaceBox Box, float Score, FiveLandmarks Landmarks);

/// <summary>Finds faces and their landmarks. Safe for several threads at once.</summary>
public sealed class FaceFinder : IDisposable
{
    private readonly FaceDetector _detector;
    private readonly LandmarkNetwork _landmarks;

    /// <summary>
    /// The second crop in the frame of the ArcFace template: 112 x 112, 14 pixels lower. Place and size were chosen on CelebA, among
    /// five: the mean landmark error there fell from 9.2% to 8.8% of the eye distance, on LFW from 5.5% to 4.4%.
    /// </summary>
    private static readonly AffineMap LandmarkRefinementCrop = new(112, 0, 0, 0, 112, 14);


    /// <summary>Loads the store's detector and landmark network, fetching them if need be.</summary>
    /// <param name="store">Where the networks are.</param>
    /// <param name="configure">Changes the ONNX Runtime sessions (threads, execution providers); null for one thread on the CPU.</param>
    /// <exception cref="PfeException">The networks cannot be had.</exception>
    public FaceFinder(ModelStore store, Action<SessionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        _detector = new FaceDetector(store.Get("detector"), configure);
        _landmarks = new LandmarkNetwork(store.Get("landmarks"), configure);
    }

    /// <summary>The score from which a box counts as a face.</summary>
    public float MinimumScore { get; init; } = 0.7f;

    /// <summary>Every face, best score first.</summary>
    /// <param name="image">The photograph.</param>
    public IReadOnlyList<DetectedFace> FindAll(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Find(new Pyramid(image));
    }

    /// <summary>
    /// The face a photograph is of, where one is expected: the larger and the nearer to the centre, the better (side of the box minus
    /// its distance from the centre, in pixels). Null when there is none.
    /// </summary>
    /// <param name="image">The photograph.</param>
    public DetectedFace? FindMain(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return FindMain(new Pyramid(image));
    }

    internal DetectedFace? FindMain(Pyramid photo) => Main(Find(photo), photo.Image);

    /// <summary>The one of several faces that <see cref="FindMain(Image)"/> takes.</summary>
    /// <param name="faces">The faces of one photograph.</param>
    /// <param name="image">The photograph.</param>
    public static DetectedFace? Main(IReadOnlyList<DetectedFace> faces, Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var centre = new Point2((image.Width - 1) / 2.0, (image.Height - 1) / 2.0);
        return faces.MaxBy(face => Math.Sqrt(face.Box.Width * face.Box.Height) - face.Box.Centre.DistanceTo(centre));
    }

    private IReadOnlyList<DetectedFace> Find(Pyramid photo)
    {
        var boxes = _detector.Detect(photo, FaceDetector.FullImageView(photo.Image), MinimumScore);
        // A face that fills the picture is easier to see from further away.
        if (boxes.Count == 0) boxes = _detector.Detect(photo, FaceDetector.PaddedView(photo.Image), MinimumScore);
        return [.. FaceDetector.Suppress(boxes).Select(found => new DetectedFace(found.Box, found.Score, Locate(photo, found.Box)))];
    }

    private FiveLandmarks Locate(Pyramid photo, in FaceBox box)
    {
        // First the detected box, made square; then once more where these landmarks say the face is, turned upright.
        var side = box.Height;
        var first = _landmarks.Find(photo, new AffineMap(side, 0, box.Centre.X - side / 2, 0, side, box.Centre.Y - side / 2));
        return _landmarks.Find(photo,
            SimilarityTransform.Fit(AlignmentTemplate.ArcFace.Points, first).ToMap().After(LandmarkRefinementCrop));
    }

    /// <summary>Unloads the networks.</summary>
    public void Dispose()
    {
        _detector.Dispose();
        _landmarks.Dispose();
    }
}
