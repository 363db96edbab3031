namespace Pfe.Reporting.Drawing;

/// <summary>Where a text's given point lies on it.</summary>
internal enum Anchor
{
    /// <summary>At its left end.</summary>
    Start,

    /// <summary>In its middle.</summary>
    Middle,

    /// <summary>At its right end.</summary>
    End,
}

/// <summary>How a line is drawn.</summary>
/// <param name="Ink">Its colour.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Dash">Lengths of dash and gap in pixels; null for a solid line.</param>
internal readonly record struct Stroke(Ink Ink, double Width = 1, double[]? Dash = null);

/// <summary>How a text is set.</summary>
/// <param name="Size">Height of the letters' line in pixels.</param>
/// <param name="Ink">Its colour.</param>
/// <param name="Anchor">Where the given point lies on it.</param>
/// <param name="Bold">Heavier.</param>
/// <param name="Upright">False for text that runs upwards, as beside a vertical axis.</param>
internal readonly record struct TextStyle(
    double Size = 12, Ink Ink = Ink.Text, Anchor Anchor = Anchor.Start, bool Bold = false, bool Upright = true);

/// <summary>What figures are drawn on: the same calls give an SVG or a PNG. Pixels, (0, 0) top left, y downwards.</summary>
internal abstract class Canvas
{
    /// <summary>Width in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>An open line through points.</summary>
    public abstract void Line(ReadOnlySpan<(double X, double Y)> points, in Stroke stroke);

    /// <summary>A filled shape.</summary>
    /// <param name="points">Its corners.</param>
    /// <param name="ink">Its colour.</param>
    /// <param name="opacity">0 to 1.</param>
    public abstract void Fill(ReadOnlySpan<(double X, double Y)> points, Ink ink, double opacity);

    /// <summary>A filled rectangle of any colour, for heat maps.</summary>
    public abstract void Tile(double x, double y, double width, double height, (byte R, byte G, byte B) colour, double opacity);

    /// <summary>A filled disc.</summary>
    public abstract void Dot(double x, double y, double radius, Ink ink);

    /// <summary>A line of text; y is its base line.</summary>
    public abstract void Text(double x, double y, string text, in TextStyle style);

    /// <summary>A picture, stretched into the rectangle.</summary>
    /// <param name="x">Left.</param>
    /// <param name="y">Top.</param>
    /// <param name="width">Width.</param>
    /// <param name="height">Height.</param>
    /// <param name="encoded">A JPEG or PNG file's bytes.</param>
    public abstract void Picture(double x, double y, double width, double height, ReadOnlyMemory<byte> encoded);

    /// <summary>A straight line.</summary>
    public void Line(double x1, double y1, double x2, double y2, in Stroke stroke) => Line([(x1, y1), (x2, y2)], stroke);

    /// <summary>A filled rectangle.</summary>
    public void Box(double x, double y, double width, double height, Ink ink, double opacity = 1) =>
        Fill([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], ink, opacity);

    /// <summary>Parts a text into lines at its blanks; a word longer than a line stays whole.</summary>
    /// <param name="text">The text.</param>
    /// <param name="size">Its size.</param>
    /// <param name="width">What a line may take, in pixels.</param>
    public static IReadOnlyList<string> Wrap(string text, double size, double width)
    {
        var lines = new List<string>();
        foreach (var word in text.Split(' '))
        {
            if (lines.Count > 0 && WidthOf($"{lines[^1]} {word}", size) <= width) lines[^1] += $" {word}";
            else lines.Add(word);
        }
        return lines;
    }

    /// <summary>About how wide a text is: figures leave room by it, the browser's own font decides in the end.</summary>
    public static double WidthOf(string text, double size, bool bold = false) => text.Length * size * (bold ? 0.66 : 0.6);
}
