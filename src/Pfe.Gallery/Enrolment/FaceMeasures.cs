namespace Pfe.Gallery;

/// <summary>What can be measured of a face in a photograph without knowing whose it is: the words for an uncertain template.</summary>
/// <param name="Width">Width of the detected face in pixels of the photograph.</param>
/// <param name="DetectionScore">The detector's confidence, 0 to 1.</param>
/// <param name="Brightness">Mean luma of the aligned face, 0 to 255.</param>
/// <param name="Contrast">Standard deviation of its luma, grey levels.</param>
/// <param name="Sharpness">Variance of the Laplacian of its luma, grey levels squared.</param>
/// <param name="Roll">How far the line between the eyes is from level, degrees; clockwise is positive.</param>
/// <param name="Yaw">How far the nose is from the middle between the eyes, in eye distances; 0 is frontal, 0.5 above one eye.</param>
/// <param name="LowerFace">How much the colour of mouth and chin differs from that of cheeks and forehead, chroma levels.</param>
public sealed record FaceMeasures(
    double Width, double DetectionScore, double Brightness, double Contrast, double Sharpness, double Roll, double Yaw, double LowerFace);
