using Pfe.Calibration;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Extensions.DependencyInjection;

/// <summary>The application's detector, counted and timed.</summary>
internal sealed class MeasuredDetector(PfeNetworks networks, PfeDiagnostics diagnostics) : IFaceDetector
{
    private readonly IFaceDetector _inner = networks.Detector;

    public IReadOnlyList<DetectedFace> Detect(ImageInput photo, CancellationToken cancellationToken = default) =>
        diagnostics.Measure("detect", () => _inner.Detect(photo, cancellationToken), faces => faces.Count);

    public IReadOnlyList<DetectedFace> DetectLarge(ImageInput photo, CancellationToken cancellationToken = default) =>
        diagnostics.Measure("detect", () => _inner.DetectLarge(photo, cancellationToken), faces => faces.Count);

    public DetectedFace? DetectMain(ImageInput photo, CancellationToken cancellationToken = default) =>
        diagnostics.Measure("detect", () => _inner.DetectMain(photo, cancellationToken), face => face is null ? 0 : 1);
}

/// <summary>The application's embedder, counted and timed.</summary>
internal sealed class MeasuredEmbedder(PfeNetworks networks, PfeDiagnostics diagnostics) : IFaceEmbedder
{
    private readonly IFaceEmbedder _inner = networks.Embedder;

    public string ModelId => _inner.ModelId;

    public int Dimension => _inner.Dimension;

    public AlignmentTemplate Template => _inner.Template;

    public ScoreCalibration? Calibration => _inner.Calibration;

    public TrustCalibration? TrustCalibration => _inner.TrustCalibration;

    public EmbeddedFace Embed(ImageInput photo, in FiveLandmarks landmarks, CancellationToken cancellationToken = default)
    {
        var face = landmarks;
        return diagnostics.Measure("embed", () => _inner.Embed(photo, face, cancellationToken), _ => 1);
    }

    public EmbeddedFace EmbedAligned(ImageInput aligned, CancellationToken cancellationToken = default) =>
        diagnostics.Measure("embed", () => _inner.EmbedAligned(aligned, cancellationToken), _ => 1);
}
