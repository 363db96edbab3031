using SkiaSharp;

namespace Pfe.Reporting.Drawing;

/// <summary>Draws pixels on light paper, two to the unit so that print and large screens show clean edges.</summary>
internal sealed class PngCanvas : Canvas, IDisposable
{
    private const int Scale = 2;
    private readonly SKSurface _surface;
    private readonly FigureFonts _fonts;

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public PngCanvas(int width, int height, FigureFonts fonts)
    {
        (Width, Height, _fonts) = (width, height, fonts);
        _surface = SKSurface.Create(new SKImageInfo(width * Scale, height * Scale, SKColorType.Rgba8888, SKAlphaType.Opaque));
        _surface.Canvas.Clear(Colour(Ink.Paper, 1));
        _surface.Canvas.Scale(Scale);
    }

    public override void Line(ReadOnlySpan<(double X, double Y)> points, in Stroke stroke)
    {
        using var path = PathOf(points, close: false);
        using var dash = stroke.Dash is null ? null : SKPathEffect.CreateDash(Array.ConvertAll(stroke.Dash, length => (float)length), 0);
        using var paint = new SKPaint
        {
            Color = Colour(stroke.Ink, 1), IsAntialias = true, Style = SKPaintStyle.Stroke,
            StrokeWidth = (float)stroke.Width, StrokeJoin = SKStrokeJoin.Round, PathEffect = dash
        };
        _surface.Canvas.DrawPath(path, paint);
    }

    public override void Fill(ReadOnlySpan<(double X, double Y)> points, Ink ink, double opacity)
    {
        using var path = PathOf(points, close: true);
        using var paint = new SKPaint { Color = Colour(ink, opacity), IsAntialias = true };
        _surface.Canvas.DrawPath(path, paint);
    }

    public override void Tile(double x, double y, double width, double height, (byte R, byte G, byte B) colour, double opacity)
    {
        using var paint = new SKPaint { Color = new SKColor(colour.R, colour.G, colour.B, (byte)Math.Round(255 * opacity)) };
        _surface.Canvas.DrawRect((float)x, (float)y, (float)width, (float)height, paint);
    }

    public override void Dot(double x, double y, double radius, Ink ink)
    {
        using var paint = new SKPaint { Color = Colour(ink, 1), IsAntialias = true };
        _surface.Canvas.DrawCircle((float)x, (float)y, (float)radius, paint);
    }

    public override void Text(double x, double y, string text, in TextStyle style)
    {
        using var font = new SKFont(style.Bold ? _fonts.Bold : _fonts.Plain, (float)style.Size) { Subpixel = true };
        using var paint = new SKPaint { Color = Colour(style.Ink, 1), IsAntialias = true };
        var align = style.Anchor switch { Anchor.Middle => SKTextAlign.Center, Anchor.End => SKTextAlign.Right, _ => SKTextAlign.Left };
        _surface.Canvas.Save();
        if (!style.Upright) _surface.Canvas.RotateDegrees(-90, (float)x, (float)y);
        _surface.Canvas.DrawText(text, (float)x, (float)y, align, font, paint);
        _surface.Canvas.Restore();
    }

    public override void Picture(double x, double y, double width, double height, ReadOnlyMemory<byte> encoded)
    {
        using var picture = SKImage.FromEncodedData(encoded.Span) ?? throw new ArgumentException("not an encoded picture", nameof(encoded));
        _surface.Canvas.DrawImage(
            picture, SKRect.Create((float)x, (float)y, (float)width, (float)height), new SKSamplingOptions(SKCubicResampler.Mitchell));
    }

    public byte[] ToPng()
    {
        using var image = _surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    public void Dispose() => _surface.Dispose();

    private static SKPath PathOf(ReadOnlySpan<(double X, double Y)> points, bool close)
    {
        using var builder = new SKPathBuilder();
        for (var i = 0; i < points.Length; i++)
        {
            if (i == 0) builder.MoveTo((float)points[i].X, (float)points[i].Y);
            else builder.LineTo((float)points[i].X, (float)points[i].Y);
        }
        if (close) builder.Close();
        return builder.Detach();
    }

    private static SKColor Colour(Ink ink, double opacity) =>
        new SKColor(0xff000000 | Inks.Colour(ink).Light).WithAlpha((byte)Math.Round(255 * opacity));
}
