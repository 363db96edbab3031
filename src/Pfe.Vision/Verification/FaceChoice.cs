using Pfe.Vision.Faces;

namespace Pfe.Vision.Verification;

/// <summary>Which face of a photograph is meant when there are several.</summary>
public enum FaceChoice
{
    /// <summary>There must be exactly one; several are an error.</summary>
    Only,

    /// <summary>The main one: <see cref="IFaceDetector.DetectMain"/>.</summary>
    Main,
}

/// <summary>How two faces are compared.</summary>
public sealed record CompareOptions
{
    /// <summary>What to do with several faces in one photograph.</summary>
    public FaceChoice Choice { get; init; } = FaceChoice.Only;

    /// <summary>The images are faces aligned to the model's template already; nothing is detected.</summary>
    public bool Aligned { get; init; }

    /// <summary>The false-match rate of the answer "same"; null for the calibration's usual one.</summary>
    public double? FalseMatchRate { get; init; }
}
