using Microsoft.ML.OnnxRuntime;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;
using Pfe.Vision.Networks;

namespace Pfe.Vision.Faces;

/// <summary>
/// Finds faces and their landmarks with the registry's two networks: boxes by UltraFace, 68 points reduced to five. Large photographs are
/// looked through in tiles for small faces, and photographs that lie on their side or upside down are turned. Safe for several threads at
/// once; after <see cref="Dispose"/> every call throws <see cref="ObjectDisposedException"/>, calls under way come to their end.
/// </summary>
public sealed class FaceDetector : IFaceDetector, IDisposable
{
    /// <summary>Side of the smallest face that is looked for where nothing is said, in pixels: about 20 between the eyes.</summary>
    private const double DefaultFaceSize = 48;

    private readonly UltraFaceNetwork _faces;
    private readonly LandmarkLocator _landmarks;
    private readonly FaceDetectorOptions _options;

    /// <summary>Takes the two networks; they are ready, nothing is read or fetched.</summary>
    /// <param name="detector">The face detector.</param>
    /// <param name="landmarks">The landmark network.</param>
    /// <param name="options">What counts as a face, device and threads; null for the defaults.</param>
    /// <exception cref="PfeException">A network cannot be run, or the device is not there.</exception>
    public FaceDetector(ModelContent detector, ModelContent landmarks, FaceDetectorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(landmarks);
        _options = options ?? new FaceDetectorOptions();
        _options.Validate();
        _faces = new UltraFaceNetwork(detector, _options.Network);
        try { _landmarks = new LandmarkLocator(new LandmarkNetwork(landmarks, _options.Network)); }
        catch
        {
            _faces.Dispose();
            throw;
        }
    }

    /// <summary>The same with a say in the ONNX Runtime sessions, for providers and settings that Pfe does not know.</summary>
    /// <param name="detector">The face detector.</param>
    /// <param name="landmarks">The landmark network.</param>
    /// <param name="options">What counts as a face, device and threads.</param>
    /// <param name="configure">Called for each session, last.</param>
    public FaceDetector(ModelContent detector, ModelContent landmarks, FaceDetectorOptions options, Action<SessionOptions> configure)
        : this(detector, landmarks, options with { Network = options.Network with { Configure = configure } }) { }

    /// <summary>Reads the two networks and opens them.</summary>
    /// <param name="source">Where they are, named <c>detector</c> and <c>landmarks</c>.</param>
    /// <param name="options">What counts as a face, device and threads; null for the defaults.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="ModelUnavailableException">A network cannot be had.</exception>
    public static async Task<FaceDetector> OpenAsync(IModelSource source, FaceDetectorOptions? options = null,
        IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var detector = await source.ReadAsync("detector", progress, cancellationToken).ConfigureAwait(false);
        return new FaceDetector(detector, await source.ReadAsync("landmarks", progress, cancellationToken).ConfigureAwait(false), options);
    }

    /// <summary>The same for programs that do not wait asynchronously.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    public static FaceDetector Open(IModelSource source, FaceDetectorOptions? options = null,
        IProgress<string>? progress = null, CancellationToken cancellationToken = default) =>
        OpenAsync(source, options, progress, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Where the networks run; never auto.</summary>
    public ComputeDevice Device => _faces.Device;

    /// <inheritdoc/>
    public IReadOnlyList<DetectedFace> Detect(ImageInput photo, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(photo);
        return Find(photo.Open(), _options.MinimumFaceSize ?? DefaultFaceSize, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The larger and the nearer to the centre, the better (side of the box minus its distance from the centre, in pixels). Tiles are made
    /// only
    /// where the whole photograph shows no face, or <see cref="FaceDetectorOptions.MinimumFaceSize"/> asks for them.
    /// </remarks>
    public DetectedFace? DetectMain(ImageInput photo, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(photo);
        return Main(DetectLarge(photo, cancellationToken), photo.Open().Image);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Those seen in it as a whole, and only where there is none those that tiles show: a passer-by of 50 pixels does not make a portrait
    /// of
    /// 4,000 ambiguous.
    /// </remarks>
    public IReadOnlyList<DetectedFace> DetectLarge(ImageInput photo, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(photo);
        return Find(photo.Open(), _options.MinimumFaceSize ?? -DefaultFaceSize, cancellationToken);
    }

    /// <summary>The one of several faces that <see cref="DetectMain"/> takes.</summary>
    /// <param name="faces">The faces of one photograph.</param>
    /// <param name="image">The photograph.</param>
    public static DetectedFace? Main(IReadOnlyList<DetectedFace> faces, Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var centre = new Point2((image.Photograph.Width - 1) / 2.0, (image.Photograph.Height - 1) / 2.0);
        return faces.MaxBy(face => Math.Sqrt(face.Box.Width * face.Box.Height) - face.Box.Centre.DistanceTo(centre));
    }

    /// <summary>Unloads the networks; calls under way come to their end.</summary>
    public void Dispose()
    {
        _faces.Dispose();
        _landmarks.Dispose();
    }

    /// <param name="photo">The photograph.</param>
    /// <param name="smallest">Side of the smallest face; 0 for no tiles, negative for tiles only where there is no other face.</param>
    /// <param name="cancellationToken">Stops between two runs of a network.</param>
    private IReadOnlyList<DetectedFace> Find(Pyramid photo, double smallest, CancellationToken cancellationToken)
    {
        var upright = FindIn(new PhotoFrame(photo, 0), smallest, cancellationToken);
        if (!_options.TryRotations || upright.Exists(found => found.Face.LandmarksReliable)) return Faces(upright);
        var (best, least) = (upright, double.PositiveInfinity);
        for (var turns = 1; turns < 4; turns++)
        {
            var turned = FindIn(new PhotoFrame(photo, turns), smallest, cancellationToken);
            if (LandmarkLocator.Steadier(turned, best)) best = turned;
            least = Math.Min(least, LandmarkLocator.Least(turned));
        }
        return Faces(best == upright ? LandmarkLocator.Settle(upright, least) : best);
    }

    private static IReadOnlyList<DetectedFace> Faces(List<LocatedFace> found) => [.. found.Select(face => face.Face)];

    private List<LocatedFace> FindIn(PhotoFrame frame, double smallest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var boxes = _faces.Detect(frame, UltraFaceNetwork.FullImageView(frame), _options.MinimumScore);
        // A face that fills the picture is easier to see from further away.
        if (boxes.Count == 0) boxes = _faces.Detect(frame, UltraFaceNetwork.PaddedView(frame), _options.MinimumScore);
        var tiled = false;
        if (smallest > 0 || (smallest < 0 && boxes.Count == 0))
        {
            foreach (var tile in TilePlan.For(frame.Width, frame.Height, Math.Abs(smallest)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                boxes.AddRange(_faces.Detect(frame, tile, _options.MinimumScore));
                tiled = true;
            }
        }
        return [.. UltraFaceNetwork.Suppress(boxes, contained: tiled).Select(found => _landmarks.Locate(frame, found.Box, found.Score))];
    }
}
