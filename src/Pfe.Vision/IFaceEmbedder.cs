using Pfe.Calibration;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Vision;

/// <summary>
/// Turns faces into Gaussians (mu, log sigma^2). Implementations are safe for several threads at once; each photograph is handed in as a
/// path, a stream, bytes or an <see cref="Image"/> (see <see cref="ImageInput"/>).
/// </summary>
public interface IFaceEmbedder
{
    /// <summary>Identifies the model: embeddings belong together when it is equal.</summary>
    string ModelId { get; }

    /// <summary>D.</summary>
    int Dimension { get; }

    /// <summary>Where a face's landmarks belong in an aligned face.</summary>
    AlignmentTemplate Template { get; }

    /// <summary>What the model's scores mean; null where it has no calibration.</summary>
    /// <exception cref="PfeException">It has one that cannot be used.</exception>
    ScoreCalibration? Calibration { get; }

    /// <summary>What the trust head's numbers mean; null where the model has none, which is what implementations without one
    /// keep.</summary>
    /// <exception cref="PfeException">It has one that cannot be used.</exception>
    TrustCalibration? TrustCalibration => null;

    /// <summary>Embeds a face of a photograph.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="landmarks">The face's landmarks in it.</param>
    /// <param name="cancellationToken">Stops before the network runs.</param>
    /// <exception cref="ImageException">The photograph cannot be read, or the landmarks coincide.</exception>
    /// <exception cref="UnusableNetworkException">The network fails or gives no embedding.</exception>
    EmbeddedFace Embed(ImageInput photo, in FiveLandmarks landmarks, CancellationToken cancellationToken = default);

    /// <summary>Embeds a face that is already aligned to <see cref="Template"/>.</summary>
    /// <param name="aligned">The aligned face, of the template's shape and any size.</param>
    /// <param name="cancellationToken">Stops before the network runs.</param>
    /// <exception cref="ImageException">The image cannot be read, or has another shape.</exception>
    /// <exception cref="UnusableNetworkException">The network fails or gives no embedding.</exception>
    EmbeddedFace EmbedAligned(ImageInput aligned, CancellationToken cancellationToken = default);
}
