namespace Pfe.Vision.Imaging.Damage;

/// <summary>
/// The ways in which photographs of two strangers can come to look alike: both wear a mask, both hang upside down. In the order in which
/// mixtures
/// apply them, from what stands before the face to what happens to the file.
/// </summary>
internal enum RecipeKind
{
    /// <summary>The lower half of the face under cloth: surgical, cup, scarf, bandana, with and without straps.</summary>
    Mask,

    /// <summary>Eyes behind dark or coloured glass or a bar: glasses of several shapes, a visor, goggles, a patch over one eye.</summary>
    EyeCover,

    /// <summary>A piece missing: rectangle, ellipse or polygon, up to half of the picture.</summary>
    Cutout,

    /// <summary>One to six small discs, squares or stars.</summary>
    Sticker,

    /// <summary>Fingers or a whole hand before the face or the lens.</summary>
    Hand,

    /// <summary>A fringe or curtains of hair.</summary>
    Hair,

    /// <summary>One side or the forehead hidden by an edge.</summary>
    SideCover,

    /// <summary>Bars, a fence or a veil.</summary>
    Mesh,

    /// <summary>Bright spots or a streak of light.</summary>
    Glare,

    /// <summary>Too little light: down to a thirtieth, with and without sensor noise.</summary>
    Darkness,

    /// <summary>Haze: contrast down to a twentieth.</summary>
    Contrast,

    /// <summary>Gamma, a colour cast, or overexposure.</summary>
    Tone,

    /// <summary>A negative, in colour or in grey.</summary>
    Negative,

    /// <summary>Turned by 8 to 130 degrees.</summary>
    Tilt,

    /// <summary>Turned by 180 degrees, 45 more or less.</summary>
    UpsideDown,

    /// <summary>Cut in the wrong place and at the wrong scale.</summary>
    Shift,

    /// <summary>The face or the camera moved: 6 to 34 pixels of 112.</summary>
    Motion,

    /// <summary>Out of focus.</summary>
    Blur,

    /// <summary>A face of 9 to 42 pixels, scaled up again in one of three ways.</summary>
    LowResolution,

    /// <summary>Sensor noise, grey or coloured, or dead pixels.</summary>
    Noise,

    /// <summary>JPEG of quality 2 to 20.</summary>
    Compression,

    /// <summary>A pencil drawing, an etching, a stencil.</summary>
    Sketch,

    /// <summary>Flat colours with dark outlines.</summary>
    Cartoon,

    /// <summary>Two of the kinds above.</summary>
    Mixture,

    /// <summary>Not trained with, kept for checks: the face wound about its centre.</summary>
    Swirl,

    /// <summary>Not trained with, kept for checks: colours exchanged.</summary>
    Hue,

    /// <summary>Not trained with, kept for checks: pressed to half its width or height.</summary>
    Squash,

    /// <summary>Not trained with, kept for checks: one half mirrored onto the other.</summary>
    HalfMirror,

    /// <summary>No face any more: tiles of the picture in another order.</summary>
    Shuffled,

    /// <summary>No face any more: a piece of skin or of background, enlarged 3 to 8 times.</summary>
    Zoomed,

    /// <summary>No face at all: a plain area, clouds, noise, stripes.</summary>
    Synthetic,
}

/// <summary>Kinds in words.</summary>
internal static class RecipeKinds
{
    /// <summary>A kind's name as tables and reports write it: "upside down".</summary>
    /// <param name="kind">The kind.</param>
    public static string Words(this RecipeKind kind) =>
        string.Concat(kind.ToString().Select((letter, i) => i > 0 && char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}"
            : $"{char.ToLowerInvariant(letter)}"));
}
