namespace Pfe.Reporting.Charts;

/// <summary>How a curve is broken up, so that curves are told apart without colour: in print, and by colour-blind readers.</summary>
internal enum Dash
{
    /// <summary>Unbroken.</summary>
    Solid,

    /// <summary>Short dashes.</summary>
    Dashed,

    /// <summary>Long dashes.</summary>
    LongDash,

    /// <summary>Dash and dot.</summary>
    DashDot,

    /// <summary>Dots.</summary>
    Dotted,

    /// <summary>Dash and two dots.</summary>
    DashDotDot,
}

internal static class Dashes
{
    /// <summary>Lengths of dashes and gaps in pixels; null for an unbroken line.</summary>
    public static double[]? Lengths(this Dash dash) => dash switch
    {
        Dash.Dashed => [6, 4],
        Dash.LongDash => [14, 5],
        Dash.DashDot => [10, 3, 2, 3],
        Dash.Dotted => [2, 3],
        Dash.DashDotDot => [10, 3, 2, 3, 2, 3],
        _ => null,
    };
}
