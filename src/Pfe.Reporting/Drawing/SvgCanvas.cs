using System.Globalization;
using System.Net;
using System.Text;

namespace Pfe.Reporting.Drawing;

/// <summary>Writes SVG. In a page, colours are the style sheet's variables (light, dark and print follow the page); in a file they are
/// fixed and light.</summary>
internal sealed class SvgCanvas(bool inPage) : Canvas
{
    private readonly StringBuilder _body = new();

    public override void Line(ReadOnlySpan<(double X, double Y)> points, in Stroke stroke)
    {
        var dash = stroke.Dash is null ? "" : $" stroke-dasharray=\"{string.Join(' ', stroke.Dash.Select(Number))}\"";
        _body.Append(CultureInfo.InvariantCulture,
            $"<polyline points=\"{Points(points)}\" fill=\"none\" stroke-width=\"{Number(stroke.Width)}\"{dash} " +
            $"stroke-linejoin=\"round\" style=\"stroke:{Colour(stroke.Ink)}\"/>\n");
    }

    public override void Fill(ReadOnlySpan<(double X, double Y)> points, Ink ink, double opacity) =>
        _body.Append(CultureInfo.InvariantCulture,
            $"<polygon points=\"{Points(points)}\"{Opacity(opacity)} style=\"fill:{Colour(ink)}\"/>\n");

    public override void Tile(double x, double y, double width, double height, (byte R, byte G, byte B) colour, double opacity) =>
        _body.Append(CultureInfo.InvariantCulture,
            $"<rect x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(width)}\" height=\"{Number(height)}\" " +
            $"fill=\"#{colour.R:x2}{colour.G:x2}{colour.B:x2}\"{Opacity(opacity)} shape-rendering=\"crispEdges\"/>\n");

    public override void Dot(double x, double y, double radius, Ink ink) =>
        _body.Append(CultureInfo.InvariantCulture,
            $"<circle cx=\"{Number(x)}\" cy=\"{Number(y)}\" r=\"{Number(radius)}\" style=\"fill:{Colour(ink)}\"/>\n");

    public override void Text(double x, double y, string text, in TextStyle style)
    {
        var anchor = style.Anchor switch { Anchor.Middle => " text-anchor=\"middle\"", Anchor.End => " text-anchor=\"end\"", _ => "" };
        var turn = style.Upright ? "" : $" transform=\"rotate(-90 {Number(x)} {Number(y)})\"";
        var weight = style.Bold ? " font-weight=\"bold\"" : "";
        _body.Append(CultureInfo.InvariantCulture,
            $"<text x=\"{Number(x)}\" y=\"{Number(y)}\" font-size=\"{Number(style.Size)}\"{anchor}{weight}{turn} " +
            $"style=\"fill:{Colour(style.Ink)}\">{WebUtility.HtmlEncode(text)}</text>\n");
    }

    public override void Picture(double x, double y, double width, double height, ReadOnlyMemory<byte> encoded)
    {
        var type = encoded.Span[0] == 0x89 ? "png" : "jpeg";
        _body.Append(CultureInfo.InvariantCulture,
            $"<image x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(width)}\" height=\"{Number(height)}\" " +
            $"preserveAspectRatio=\"none\" href=\"data:image/{type};base64,{Convert.ToBase64String(encoded.Span)}\"/>\n");
    }

    /// <summary>The whole drawing.</summary>
    /// <param name="title">What a screen reader says of it.</param>
    public string ToSvg(string title)
    {
        var size = inPage ? "" : $" width=\"{Width}\" height=\"{Height}\"";
        var paper = inPage ? "" : $"<rect width=\"{Width}\" height=\"{Height}\" style=\"fill:{Colour(Ink.Paper)}\"/>\n";
        return $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\"{size} role=\"img\" " +
            $"aria-label=\"{WebUtility.HtmlEncode(title)}\" font-family=\"'DejaVu Sans',Verdana,sans-serif\">\n{paper}{_body}</svg>\n";
    }

    private string Colour(Ink ink)
    {
        var (name, light, _) = Inks.Colour(ink);
        return inPage ? $"var(--{name})" : $"#{light:x6}";
    }

    private static string Points(ReadOnlySpan<(double X, double Y)> points)
    {
        var text = new StringBuilder();
        foreach (var (x, y) in points) text.Append(Number(x)).Append(',').Append(Number(y)).Append(' ');
        return text.ToString().TrimEnd();
    }

    private static string Opacity(double opacity) => opacity >= 1 ? "" : $" fill-opacity=\"{Number(opacity)}\"";

    private static string Number(double value) => Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture);
}
