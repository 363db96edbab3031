namespace Pfe.Reporting.Drawing;

/// <summary>
/// A colour by its role, so that one drawing serves a light page, a dark page and print. Series colours are Okabe and Ito's, which people with any
/// common colour blindness tell apart; charts vary the dash as well.
/// </summary>
public enum Ink
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
    private static readonly Ink[] Series = [Ink.Blue, Ink.Vermilion, Ink.Green, Ink.Purple, Ink.Orange, Ink.Sky];

    public static Ink OfSeries(int index) => Series[index % Series.Length];

    /// <summary>Name of the style sheet's variable and its values on light and on dark paper.</summary>
    public static (string Name, uint Light, uint Dark) Colour(Ink ink) => ink switch
    {
        Ink.Text => ("text", 0x1b1f24, 0xe8eaed),
        Ink.Muted => ("muted", 0x5f6770, 0xa3abb5),
        Ink.Grid => ("grid", 0xdfe3e8, 0x343a42),
        Ink.Paper => ("paper", 0xffffff, 0x16191d),
        Ink.Blue => ("blue", 0x0072b2, 0x4aa8e0),
        Ink.Vermilion => ("vermilion", 0xd55e00, 0xf08a3c),
        Ink.Green => ("green", 0x009e73, 0x2fc79b),
        Ink.Purple => ("purple", 0xa8508a, 0xdd8fc0),
        Ink.Orange => ("orange", 0xc98500, 0xe9b23f),
        Ink.Sky => ("sky", 0x3a9bd0, 0x8fd0f5),
        _ => throw new ArgumentOutOfRangeException(nameof(ink), ink, "no such ink"),
    };
}
