namespace Pfe.Reporting.Drawing;

/// <summary>
/// A colour by its role, so that one drawing serves a light page, a dark page and print. Series colours have Okabe and Ito's hues; their
/// lightness was chosen so that all pairs stay apart under simulated red, green and blue blindness and on either paper (a test holds them
/// to it); charts vary the dash as well.
/// </summary>
internal enum Ink
{
    /// <summary>Titles, axes, numbers.</summary>
    Text,

    /// <summary>Secondary text and reference lines.</summary>
    Muted,

    /// <summary>Grid lines.</summary>
    Grid,

    /// <summary>The drawing's ground.</summary>
    Paper,

    /// <summary>First series: blue.</summary>
    Blue,

    /// <summary>Second series: vermilion.</summary>
    Vermilion,

    /// <summary>Third series: bluish green.</summary>
    Green,

    /// <summary>Fourth series: reddish purple.</summary>
    Purple,

    /// <summary>Fifth series: orange.</summary>
    Orange,

    /// <summary>Sixth series: sky blue.</summary>
    Sky,
}

internal static class Inks
{
    public static IReadOnlyList<Ink> Series { get; } = [Ink.Blue, Ink.Vermilion, Ink.Green, Ink.Purple, Ink.Orange, Ink.Sky];

    public static Ink OfSeries(int index) => Series[index % Series.Count];

    /// <summary>Name of the style sheet's variable and its values on light and on dark paper.</summary>
    public static (string Name, uint Light, uint Dark) Colour(Ink ink) => ink switch
    {
        Ink.Text => ("text", 0x1b1f24, 0xe8eaed),
        Ink.Muted => ("muted", 0x5f6770, 0xa3abb5),
        Ink.Grid => ("grid", 0xdfe3e8, 0x343a42),
        Ink.Paper => ("paper", 0xffffff, 0x16191d),
        Ink.Blue => ("blue", 0x0e5cbe, 0x4174f4),
        Ink.Vermilion => ("vermilion", 0xb24b1e, 0xf57136),
        Ink.Green => ("green", 0x094d2c, 0x3a8f5f),
        Ink.Purple => ("purple", 0x782b7c, 0xb43091),
        Ink.Orange => ("orange", 0xcf840e, 0xf7d874),
        Ink.Sky => ("sky", 0x3e9bda, 0x94d6f6),
        _ => throw new ArgumentOutOfRangeException(nameof(ink), ink, "no such ink"),
    };
}
