using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>What can be measured of a face in a photograph without knowing whose it is: the words for an uncertain embedding.</summary>
/// <param name="Width">Width of the detected face in pixels of the photograph.</param>
/// <param name="DetectionScore">The detector's confidence, 0 to 1.</param>
/// <param name="Brightness">Mean luma of the aligned face, 0 to 255.</param>
/// <param name="Contrast">Standard deviation of its luma, grey levels.</param>
/// <param name="Sharpness">Variance of the Laplacian of its luma, grey levels squared.</param>
/// <param name="Roll">How far the line between the eyes is from level, degrees; clockwise is positive.</param>
/// <param name="Yaw">How far the nose is from the middle between the eyes, in eye distances; 0 is frontal, 0.5 above one eye.</param>
/// <param name="LowerFace">How much the colour of mouth and chin differs from that of cheeks and forehead, chroma levels.</param>
/// <param name="Eyes">Luma around the eyes over that of the cheeks; dark glasses are far below 1.</param>
public sealed record FaceMeasures(
    double Width, double DetectionScore, double Brightness, double Contrast, double Sharpness, double Roll, double Yaw, double LowerFace,
    double Eyes = 1)
{
    /// <summary>Measures a face in its photograph and, for what has to do with pixels, in its aligned form of 112 x 112.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="face">The face in it.</param>
    public static FaceMeasures Of(ImageInput photo, DetectedFace face)
    {
        ArgumentNullException.ThrowIfNull(photo);
        return Of(photo.Open(), face);
    }

    /// <inheritdoc cref="Of(ImageInput, DetectedFace)"/>
    internal static FaceMeasures Of(Pyramid photo, DetectedFace face)
    {
        ArgumentNullException.ThrowIfNull(photo);
        ArgumentNullException.ThrowIfNull(face);
        return FaceMeasuring.Of(photo, face);
    }

    /// <summary>What is wrong with the face, the gravest first; empty where nothing stands out.</summary>
    public IReadOnlyList<FaceProblem> Problems() => [.. FaceProblem.Of(this)];

    /// <summary>The problems in words, "turned by 180 degrees and too dark"; null where there are none.</summary>
    public string? Describe() => FaceProblem.Of(this).ToArray() switch
    {
        [] => null,
        [var one] => one.Text,
        [.. var others, var last] => $"{string.Join(", ", others.Select(problem => problem.Text))} and {last.Text}",
    };
}
