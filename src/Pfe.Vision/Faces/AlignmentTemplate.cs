using System.Globalization;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>
/// Which way the least squares go. The two differ whenever the five points do not fit exactly: a fit into the picture in which the
/// distances are
/// measured shrinks what it carries, so <see cref="PhotoToTemplate"/> gives the smaller faces.
/// </summary>
public enum AlignmentFit
{
    /// <summary>From the photograph to the template, distances in the template's pixels: skimage's and OpenCV's way round.</summary>
    PhotoToTemplate,

    /// <summary>From the template to the photograph, distances in the photograph's pixels, then inverted: MATLAB's cp2tform.</summary>
    TemplateToPhoto,
}

/// <summary>Where the five landmarks of an aligned face belong, and how large the aligned face is.</summary>
/// <param name="Name">The name that model descriptions use.</param>
/// <param name="Width">Width of an aligned face in pixels.</param>
/// <param name="Height">Height of an aligned face in pixels.</param>
/// <param name="Points">The landmarks' places.</param>
/// <param name="Fit">How a face is fitted: as the template's own reference code does, so that a network sees what it was trained
/// on.</param>
public sealed record AlignmentTemplate(
    string Name, int Width, int Height, FiveLandmarks Points, AlignmentFit Fit = AlignmentFit.PhotoToTemplate)
{
    /// <summary>Pixels a side below which a picture shows no face to speak of.</summary>
    private const int FewestPixels = 16;

    /// <summary>
    /// The template of ArcFace, CosFace and most networks since 2018: 112 x 112. Fitted from the photograph to the template, as InsightFace
    /// does
    /// (face_align.py: skimage's SimilarityTransform.estimate(landmarks, template)).
    /// </summary>
    public static readonly AlignmentTemplate ArcFace = new("arcface-112x112", 112, 112, new FiveLandmarks(
        new(38.2946, 51.6963), new(73.5318, 51.5014), new(56.0252, 71.7366), new(41.5493, 92.3655), new(70.7299, 92.2041)));

    /// <summary>
    /// The template of the PFE reference code and of SphereFace: 96 x 112. Fitted from the template to the photograph, as both do (PFE:
    /// align/matlab_cp2tform.py; SphereFace: MATLAB's cp2tform).
    /// </summary>
    public static readonly AlignmentTemplate Reference = OfReference(96, 112);

    /// <summary>The templates that have a name.</summary>
    public static IReadOnlyList<AlignmentTemplate> All { get; } = [ArcFace, Reference];

    /// <summary>
    /// The PFE reference code's template at any size: its points are relative to the image centre, in units of max(width, height) x scale.
    /// </summary>
    /// <param name="width">Width of an aligned face (the reference's <c>--image-size</c>, first number).</param>
    /// <param name="height">Height of an aligned face.</param>
    /// <param name="scale">Smaller shows more around the face; 1 is the reference's default.</param>
    public static AlignmentTemplate OfReference(int width, int height, double scale = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale);
        var unit = Math.Max(width, height) * scale;
        Point2 At(double x, double y) => new(width / 2.0 + unit * x, height / 2.0 + unit * y);
        return new AlignmentTemplate(
            scale == 1 ? $"demo-{width}x{height}" : $"demo-{width}x{height}-scale-{scale}", width, height, new FiveLandmarks(
            At(-0.158083929, -0.0384258929), At(0.156533929, -0.0401660714), At(0.000225, 0.140505357),
            At(-0.129024107, 0.324691964), At(0.131516964, 0.323250893)), AlignmentFit.TemplateToPhoto);
    }

    /// <summary>Finds a template by name.</summary>
    /// <param name="name">One of the names of <see cref="All"/>, or the reference's at another size: <c>demo-112x112</c>, width
    /// first.</param>
    /// <exception cref="PfeException">There is no such template.</exception>
    public static AlignmentTemplate Named(string name) =>
        All.FirstOrDefault(template => template.Name == name) ?? OfReference(name) ?? throw new PfeException(
        $"there is no alignment template '{name}'; there are {string.Join(", ", All.Select(template => template.Name))}");

    private static AlignmentTemplate? OfReference(string name) =>
        name.StartsWith("demo-", StringComparison.Ordinal) && name["demo-".Length..].Split('x') is [var first, var second]
        && ushort.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var width) && width > 0
        && ushort.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var height) && height > 0
            ? OfReference(width, height) : null;

    /// <summary>
    /// The map from a network input of the given size back to the photograph, ready for <see cref="Warp"/>. An input of another size than
    /// the template's shows the same part of the face, stretched.
    /// </summary>
    /// <param name="face">The face's landmarks in the photograph.</param>
    /// <param name="width">Width of the network's input.</param>
    /// <param name="height">Height of the network's input.</param>
    /// <exception cref="PfeException">The landmarks coincide or are not finite.</exception>
    internal AffineMap ToSource(in FiveLandmarks face, int width, int height)
    {
        var fit = Fit == AlignmentFit.TemplateToPhoto ? SimilarityTransform.Fit(Points, face) : SimilarityTransform.Fit(face, Points)
            .Inverse();
        var back = fit.ToMap();
        return (width, height) == (Width, Height) ? back : back.After(AffineMap.Stretch(width, height, Width, Height));
    }

    /// <summary>The map from an aligned face of the template's size back to the photograph.</summary>
    /// <param name="face">The face's landmarks in the photograph.</param>
    internal AffineMap ToSource(in FiveLandmarks face) => ToSource(face, Width, Height);

    /// <summary>Refuses an image that cannot be a face aligned to this template: aligned faces of any size have its shape.</summary>
    /// <param name="image">The image.</param>
    /// <param name="name">What to call it in the message.</param>
    /// <exception cref="ImageException">Width to height differs by more than 2 %, or a side has fewer than 16 pixels.</exception>
    public void RequireShape(Image image, string name)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (shape, wanted) = ((double)image.Width / image.Height, (double)Width / Height);
        if (Math.Min(image.Width, image.Height) < FewestPixels)
            throw new ImageException(name,
                $"{image.Width} x {image.Height} pixels are too few for an aligned face; at least {FewestPixels} a side are wanted");
        if (Math.Abs(shape / wanted - 1) > 0.02)
            throw new ImageException(name,
                $"{image.Width} x {image.Height} is not the shape of an aligned face ({Width} x {Height}); align it first");
    }
}
