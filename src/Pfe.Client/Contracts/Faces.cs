namespace Pfe.Client;

/// <summary>A rectangle in pixels of the upright photograph; pixel centres lie on whole numbers.</summary>
/// <param name="Left">Left edge.</param>
/// <param name="Top">Top edge.</param>
/// <param name="Right">Right edge.</param>
/// <param name="Bottom">Bottom edge.</param>
public sealed record Box(double Left, double Top, double Right, double Bottom);

/// <summary>A point in pixels of the upright photograph.</summary>
/// <param name="X">From the left.</param>
/// <param name="Y">From the top.</param>
public sealed record Point(double X, double Y);

/// <summary>A face that was found.</summary>
/// <param name="Box">Where it is.</param>
/// <param name="Score">The detector's confidence, 0 to 1.</param>
/// <param name="Landmarks">Left eye, right eye, nose, left and right corner of the mouth, as seen in the photograph.</param>
public sealed record Face(Box Box, double Score, IReadOnlyList<Point> Landmarks);

/// <summary>The faces of a photograph.</summary>
/// <param name="Width">Width of the photograph in pixels.</param>
/// <param name="Height">Height of the photograph in pixels.</param>
/// <param name="Faces">Every face, best score first; none is an empty list.</param>
public sealed record DetectResult(int Width, int Height, IReadOnlyList<Face> Faces);

/// <summary>A face as a Gaussian.</summary>
/// <param name="Face">Where it is.</param>
/// <param name="Mu">D values of unit length.</param>
/// <param name="LogVariance">D values, natural logarithm of sigma squared.</param>
/// <param name="Uncertainty">Mean of the log variances; larger is less certain.</param>
/// <param name="Quality">0 to 100: more certain than that many percent of the calibration's faces.</param>
public sealed record EmbeddedFace(
    Face Face, IReadOnlyList<float> Mu, IReadOnlyList<float> LogVariance, double Uncertainty, double Quality);

/// <summary>The embeddings of a photograph's faces.</summary>
/// <param name="ModelId">The model's checksum: embeddings of other models are not comparable.</param>
/// <param name="Dimension">D.</param>
/// <param name="Width">Width of the photograph in pixels.</param>
/// <param name="Height">Height of the photograph in pixels.</param>
/// <param name="Faces">Every face, best score first.</param>
public sealed record EmbeddingsResult(string ModelId, int Dimension, int Width, int Height, IReadOnlyList<EmbeddedFace> Faces);

/// <summary>An embedding that a caller kept, in place of a photograph.</summary>
/// <param name="ModelId">The model it is of.</param>
/// <param name="Mu">D values.</param>
/// <param name="LogVariance">D values, natural logarithm of sigma squared.</param>
public sealed record Embedding(string ModelId, IReadOnlyList<float> Mu, IReadOnlyList<float> LogVariance);

/// <summary>One piece of advice about a photograph.</summary>
/// <param name="Code">For a program, such as <c>tooDark</c>.</param>
/// <param name="Text">For a person: what is wrong and what would help.</param>
/// <param name="PersonId">The other person it is about; null for none.</param>
public sealed record Advice(string Code, string Text, Guid? PersonId = null);

/// <summary>What can be measured of a face.</summary>
/// <param name="Width">Width of the face in pixels.</param>
/// <param name="Brightness">Mean luma, 0 to 255.</param>
/// <param name="Contrast">Standard deviation of the luma.</param>
/// <param name="Sharpness">Variance of the Laplacian of the luma.</param>
/// <param name="Roll">Tilt of the eyes in degrees; clockwise is positive.</param>
/// <param name="Yaw">How far the nose is from the middle between the eyes, in eye distances; 0 is frontal.</param>
public sealed record Measures(double Width, double Brightness, double Contrast, double Sharpness, double Roll, double Yaw);

/// <summary>How good a face is.</summary>
/// <param name="Face">Where it is.</param>
/// <param name="Quality">0 to 100: more certain than that many percent of the calibration's faces.</param>
/// <param name="Uncertainty">Mean ln sigma squared.</param>
/// <param name="Enrollable">Whether a gallery with the usual limits would take it.</param>
/// <param name="Advice">Why not, or what could be better.</param>
/// <param name="Measures">What was measured.</param>
public sealed record FaceQuality(
    Face Face, double Quality, double Uncertainty, bool Enrollable, IReadOnlyList<Advice> Advice, Measures Measures);

/// <summary>How good a photograph's faces are.</summary>
/// <param name="ModelId">The model that is certain or uncertain of them.</param>
/// <param name="Width">Width of the photograph in pixels.</param>
/// <param name="Height">Height of the photograph in pixels.</param>
/// <param name="Faces">Every face, best score first.</param>
public sealed record QualityResult(string ModelId, int Width, int Height, IReadOnlyList<FaceQuality> Faces);
