namespace Pfe.Vision.Faces;

/// <summary>What can be wrong with a face in a photograph; stable, for a program.</summary>
public enum FaceProblemKind
{
    /// <summary>The face has too few pixels.</summary>
    TooSmall,

    /// <summary>The face is upside down or lies on its side.</summary>
    Rotated,

    /// <summary>The head is turned to the side.</summary>
    Turned,

    /// <summary>Mouth and chin have another colour than the rest: a mask, a scarf or a hand.</summary>
    LowerFaceCovered,

    /// <summary>It is dark around the eyes: sunglasses or a bar.</summary>
    EyesCovered,

    /// <summary>Too little light.</summary>
    TooDark,

    /// <summary>Too much light.</summary>
    TooBright,

    /// <summary>Haze, glare or fog.</summary>
    LowContrast,

    /// <summary>Out of focus, moved, or enlarged from few pixels.</summary>
    Blurred,
}

/// <summary>One thing that is wrong with a face, recognised by what was measured of it.</summary>
/// <param name="Kind">For a program.</param>
/// <param name="Text">For a person: half a sentence that goes on from "the face is ...".</param>
public sealed record FaceProblem(FaceProblemKind Kind, string Text)
{
    // What one clean face of CelebA in a hundred shows (docs/gallery.md has the measurement), and the size from Pfe's own studies.
    private const double Dark = 50, Bright = 190, Flat = 27, Blurry = 40, Tilted = 20, Side = 0.4, Covered = 21, Shaded = 0.4, Small = 32;

    internal static IEnumerable<FaceProblem> Of(FaceMeasures face)
    {
        if (face.Width < Small) yield return new(FaceProblemKind.TooSmall, $"too small ({face.Width:0} pixels wide)");
        if (Math.Abs(face.Roll) > Tilted) yield return new(FaceProblemKind.Rotated, $"turned by {Math.Abs(face.Roll):0} degrees");
        if (Math.Abs(face.Yaw) > Side) yield return new(FaceProblemKind.Turned, "seen from the side");
        if (face.LowerFace > Covered) yield return new(FaceProblemKind.LowerFaceCovered, "hidden in its lower half (a mask?)");
        if (face.Eyes < Shaded) yield return new(FaceProblemKind.EyesCovered, "dark around the eyes (sunglasses?)");
        if (face.Brightness < Dark) yield return new(FaceProblemKind.TooDark, "too dark");
        if (face.Brightness > Bright) yield return new(FaceProblemKind.TooBright, "too bright");
        if (face.Contrast < Flat) yield return new(FaceProblemKind.LowContrast, "without contrast");
        if (face.Sharpness < Blurry) yield return new(FaceProblemKind.Blurred, "blurred");
    }
}
