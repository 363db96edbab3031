using Pfe.Reporting.Drawing;

namespace Pfe.Reporting.Charts;

/// <summary>Something a chart shows.</summary>
internal abstract record Mark;

/// <summary>A line through points.</summary>
/// <param name="Points">In order.</param>
/// <param name="Ink">Colour.</param>
/// <param name="Label">Its name in the legend; null for none.</param>
/// <param name="Dash">How it is broken up.</param>
/// <param name="Width">In pixels.</param>
internal sealed record Curve(
    IReadOnlyList<(double X, double Y)> Points, Ink Ink, string? Label = null, Dash Dash = Dash.Solid, double Width = 2) : Mark;

/// <summary>A shaded band, an interval along x.</summary>
/// <param name="Points">x with both ends of the interval.</param>
/// <param name="Ink">Colour.</param>
internal sealed record Band(IReadOnlyList<(double X, double Low, double High)> Points, Ink Ink) : Mark;

/// <summary>A histogram's outline, filled.</summary>
/// <param name="Bins">Touching ranges and their heights.</param>
/// <param name="Ink">Colour.</param>
/// <param name="Label">Its name in the legend; null for none.</param>
internal sealed record Bars(IReadOnlyList<(double From, double To, double Height)> Bins, Ink Ink, string? Label = null) : Mark;

/// <summary>Dots, each with an interval where its ends are numbers.</summary>
/// <param name="Points">x, y and the interval of y.</param>
/// <param name="Ink">Colour.</param>
/// <param name="Label">Its name in the legend; null for none.</param>
internal sealed record Dots(IReadOnlyList<(double X, double Y, double Low, double High)> Points, Ink Ink, string? Label = null) : Mark;

/// <summary>A vertical line with a word beside it.</summary>
/// <param name="X">Where.</param>
/// <param name="Label">The word.</param>
/// <param name="Ink">Colour.</param>
internal sealed record Limit(double X, string Label, Ink Ink = Ink.Muted) : Mark;
