namespace Pfe.Vision.Faces;

/// <summary>A face in a photograph.</summary>
/// <param name="Box">Where the detector sees it, in pixels of the photograph as it is.</param>
/// <param name="Score">The detector's confidence, 0 to 1.</param>
/// <param name="Landmarks">The five points by which it is aligned.</param>
public sealed record DetectedFace(FaceBox Box, float Score, FiveLandmarks Landmarks)
{
    /// <summary>By how many degrees the photograph was turned clockwise to find it: 0, 90, 180 or 270.</summary>
    public int Rotation { get; init; }

    /// <summary>
    /// Whether the landmarks look like a face's: looked for once more from where they were found, they stay where they are. On a face that
    /// is
    /// turned away, covered or upside down they wander, and what is computed from them says nothing about a person.
    /// </summary>
    public bool LandmarksReliable { get; init; } = true;
}
