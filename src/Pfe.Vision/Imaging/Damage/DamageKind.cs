namespace Pfe.Vision.Imaging.Damage;

/// <summary>What goes wrong with photographs, in the order in which it happens on the way from the face to the file.</summary>
public enum DamageKind
{
    /// <summary>Something before the face: a patch of one colour, up to half of the face's square.</summary>
    Occlusion,

    /// <summary>Too little light: grey levels down to a twentieth.</summary>
    Darkness,

    /// <summary>Haze or glare: contrast down to a tenth, about the picture's mean.</summary>
    LowContrast,

    /// <summary>The face or the camera moved: a straight smear, up to a fifth of the face's side long.</summary>
    MotionBlur,

    /// <summary>Out of focus: Gaussian, standard deviation up to a twentieth of the face's side.</summary>
    Blur,

    /// <summary>Far away: scaled down until the face's side has 112 to 12 pixels, and up again.</summary>
    LowResolution,

    /// <summary>Sensor noise: Gaussian, standard deviation up to 60 grey levels.</summary>
    Noise,

    /// <summary>A JPEG file of quality 50 down to 2.</summary>
    Compression,
}
