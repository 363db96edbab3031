using Pfe.Vision.Faces;

namespace Pfe.Vision.Imaging.Damage;

/// <summary>The square around a face, in pixels of its photograph: the unit of damage, so that a strength means the same at any
/// resolution.</summary>
/// <param name="CentreX">To the right.</param>
/// <param name="CentreY">Downwards.</param>
/// <param name="Side">Length of a side.</param>
internal readonly record struct FaceSquare(double CentreX, double CentreY, double Side)
{
    /// <summary>The part of the photograph that the ArcFace template shows.</summary>
    /// <param name="face">The face's landmarks.</param>
    public static FaceSquare Of(in FiveLandmarks face)
    {
        var template = AlignmentTemplate.ArcFace;
        var toPhotograph = SimilarityTransform.Fit(template.Points, face);
        var centre = toPhotograph.Apply(new Point2((template.Width - 1) / 2.0, (template.Height - 1) / 2.0));
        return new FaceSquare(centre.X, centre.Y, toPhotograph.Scale * template.Width);
    }

    /// <summary>The square of an aligned face, which fills its picture.</summary>
    /// <param name="aligned">An aligned face.</param>
    public static FaceSquare Whole(Image aligned)
    {
        ArgumentNullException.ThrowIfNull(aligned);
        return new FaceSquare((aligned.Width - 1) / 2.0, (aligned.Height - 1) / 2.0, Math.Max(aligned.Width, aligned.Height));
    }
}
