using Pfe.Calibration;
using Pfe.Vision.Faces;

namespace Pfe.Vision.Verification;

/// <summary>One of the two faces of a comparison.</summary>
/// <param name="Path">The photograph's path or name.</param>
/// <param name="Detection">Where the face is in it; null where it was aligned, or embedded, before.</param>
/// <param name="Embedding">The face as a Gaussian.</param>
/// <param name="Uncertainty">Mean ln sigma^2; see <see cref="FaceUncertainty"/>.</param>
/// <param name="Quality">0 to 100, how many percent of the calibration's faces are less certain; null where the model has no
/// calibration.</param>
/// <param name="Trust">What the trust head says of the face; null where the model has none.</param>
/// <param name="Measures">What was measured of the face in its photograph: the words for an answer that cannot be given; null where there
/// is none.</param>
public sealed record ComparedFace(
    string Path, DetectedFace? Detection, FaceEmbedding Embedding, double Uncertainty, double? Quality, FaceTrust? Trust = null,
    FaceMeasures? Measures = null);

/// <summary>Two photographs compared.</summary>
/// <param name="First">The first photograph's face.</param>
/// <param name="Second">The second photograph's face.</param>
/// <param name="Cosine">Cosine of the two means, -1 to 1.</param>
/// <param name="MutualLikelihood">MLS, eq. 3 of the paper; it has no fixed range and may have either sign.</param>
/// <param name="Verdict">Same, different or cannot tell, with probability and error rates; null where the model has no calibration.</param>
public sealed record FaceComparison(ComparedFace First, ComparedFace Second, float Cosine, float MutualLikelihood, Verdict? Verdict);
