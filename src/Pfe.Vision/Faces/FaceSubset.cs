namespace Pfe.Vision.Faces;

/// <summary>Which faces of a photograph a run takes.</summary>
public enum FaceSubset
{
    /// <summary>The main one: <see cref="IFaceDetector.DetectMain"/>.</summary>
    Main,

    /// <summary>The only one; several are an error.</summary>
    Only,

    /// <summary>Every one, small ones included.</summary>
    All,
}
