using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>Turns, scales and crops a face so that its landmarks lie where a network expects them.</summary>
public interface IFaceAligner
{
    /// <summary>Where the landmarks of an aligned face lie, and how large it is.</summary>
    AlignmentTemplate Template { get; }

    /// <summary>Aligns one face.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="landmarks">The face's landmarks in it.</param>
    /// <param name="cancellationToken">Stops before the work begins.</param>
    /// <returns>An image of the template's size.</returns>
    /// <exception cref="ImageException">The photograph cannot be read, or the landmarks coincide.</exception>
    Image Align(ImageInput photo, in FiveLandmarks landmarks, CancellationToken cancellationToken = default);
}

/// <summary>The aligner for a template: one bilinear warp from the right halving of the photograph.</summary>
/// <param name="template">Size and landmark places of aligned faces.</param>
public sealed class FaceAligner(AlignmentTemplate template) : IFaceAligner
{
    /// <inheritdoc/>
    public AlignmentTemplate Template { get; } = template ?? throw new ArgumentNullException(nameof(template));

    /// <inheritdoc/>
    public Image Align(ImageInput photo, in FiveLandmarks landmarks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(photo);
        cancellationToken.ThrowIfCancellationRequested();
        var (image, map) = photo.Open().For(Map(photo, landmarks));
        return Warp.ToImage(image, map, Template.Width, Template.Height);
    }

    /// <summary>Where each pixel of the aligned face lies in the photograph.</summary>
    internal AffineMap Map(ImageInput photo, in FiveLandmarks landmarks)
    {
        try { return Template.ToSource(landmarks); }
        catch (PfeException e) { throw new ImageException(photo.Name, e.Message, e); }
    }
}
