using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>
/// Finds faces and the five landmarks by which they are aligned. Implementations are safe for several threads at once; each photograph is
/// handed in as a path, a stream, bytes or an <see cref="Image"/> (see <see cref="ImageInput"/>).
/// </summary>
public interface IFaceDetector
{
    /// <summary>Every face, best score first; none is an empty list.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="cancellationToken">Stops between two runs of a network.</param>
    /// <exception cref="UnreadableImageException">The photograph cannot be read.</exception>
    IReadOnlyList<DetectedFace> Detect(ImageInput photo, CancellationToken cancellationToken = default);

    /// <summary>
    /// The faces that a photograph may be of, without looking for those too small to be its subject; all of them where an implementation
    /// makes no such difference.
    /// </summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="cancellationToken">Stops between two runs of a network.</param>
    /// <exception cref="UnreadableImageException">The photograph cannot be read.</exception>
    IReadOnlyList<DetectedFace> DetectLarge(ImageInput photo, CancellationToken cancellationToken = default) =>
        Detect(photo, cancellationToken);

    /// <summary>The face a photograph is of, where one is expected; null when there is none.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="cancellationToken">Stops between two runs of a network.</param>
    /// <exception cref="UnreadableImageException">The photograph cannot be read.</exception>
    DetectedFace? DetectMain(ImageInput photo, CancellationToken cancellationToken = default);
}
