using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Reporting.Demo;

/// <summary>One face of the demonstration, as it is or damaged.</summary>
/// <param name="Photograph">Number of the photograph it is in.</param>
/// <param name="Face">Number of the face among all faces; a face and its damaged copies share it.</param>
/// <param name="Damage">What was done to it; null for the face as it is.</param>
/// <param name="Picture">The photograph's part around the face.</param>
/// <param name="Landmarks">In the picture's pixels.</param>
internal sealed record DemoFace(int Photograph, int Face, DamageKind? Damage, Image Picture, FiveLandmarks Landmarks)
{
    /// <summary>What to call the damage in a table.</summary>
    public string DamageName => NameOf(Damage);

    /// <summary>What to call a damage in a table.</summary>
    /// <param name="damage">The damage, or null.</param>
    public static string NameOf(DamageKind? damage) => damage switch
    {
        null => "as it is",
        DamageKind.LowResolution => "low resolution",
        { } kind => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>The face cut out of its photograph with room around it, in the photograph's own pixels.</summary>
    /// <param name="photograph">The photograph.</param>
    /// <param name="number">Its number.</param>
    /// <param name="face">The face's number.</param>
    /// <param name="landmarks">Where the face is.</param>
    public static DemoFace Cut(Image photograph, int number, int face, in FiveLandmarks landmarks)
    {
        const double Room = 1.8;
        var square = FaceSquare.Of(landmarks);
        var side = (int)Math.Ceiling(square.Side * Room);
        var toPhotograph = new AffineMap(1, 0, Math.Round(square.CentreX - side / 2.0), 0, 1, Math.Round(square.CentreY - side / 2.0));
        return new DemoFace(number, face, null, Warp.ToImage(photograph, toPhotograph, side, side), landmarks.Map(toPhotograph.Inverse()));
    }

    /// <summary>A damaged copy with the landmarks of the face as it is: what changes is the picture alone.</summary>
    /// <param name="kind">What goes wrong.</param>
    /// <param name="strength">0 to 1.</param>
    public DemoFace With(DamageKind kind, double strength) =>
        this with { Damage = kind, Picture = FaceDamage.Apply(Picture, kind, strength, FaceSquare.Of(Landmarks), seed: Face) };
}
