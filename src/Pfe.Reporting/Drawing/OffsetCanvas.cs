namespace Pfe.Reporting.Drawing;

/// <summary>A part of another canvas with its own origin.</summary>
internal sealed class OffsetCanvas(Canvas inner, double left, double top) : Canvas
{
    public override void Line(ReadOnlySpan<(double X, double Y)> points, in Stroke stroke) => inner.Line(Moved(points), stroke);

    public override void Fill(ReadOnlySpan<(double X, double Y)> points, Ink ink, double opacity) =>
        inner.Fill(Moved(points), ink, opacity);

    public override void Tile(double x, double y, double width, double height, (byte R, byte G, byte B) colour, double opacity) =>
        inner.Tile(x + left, y + top, width, height, colour, opacity);

    public override void Dot(double x, double y, double radius, Ink ink) => inner.Dot(x + left, y + top, radius, ink);

    public override void Text(double x, double y, string text, in TextStyle style) => inner.Text(x + left, y + top, text, style);

    public override void Picture(double x, double y, double width, double height, ReadOnlyMemory<byte> encoded) =>
        inner.Picture(x + left, y + top, width, height, encoded);

    private (double X, double Y)[] Moved(ReadOnlySpan<(double X, double Y)> points)
    {
        var moved = points.ToArray();
        for (var i = 0; i < moved.Length; i++) moved[i] = (moved[i].X + left, moved[i].Y + top);
        return moved;
    }
}
