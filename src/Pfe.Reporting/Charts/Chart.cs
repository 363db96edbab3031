using Pfe.Reporting.Drawing;

namespace Pfe.Reporting.Charts;

/// <summary>Two axes and what lies between them. The legend stands above the plot, so that it never covers a curve.</summary>
/// <param name="Title">What is seen.</param>
/// <param name="Note">Under it: data set and n.</param>
/// <param name="X">Horizontal axis.</param>
/// <param name="Y">Vertical axis.</param>
/// <param name="Marks">From back to front.</param>
public sealed record Chart(string Title, string Note, Axis X, Axis Y, IReadOnlyList<Mark> Marks)
{
    private const double Left = 72, Right = 22, Bottom = 54, LegendRow = 20;

    /// <summary>Draws the chart over a whole canvas.</summary>
    /// <param name="canvas">At least about 360 x 260.</param>
    public void Draw(Canvas canvas) => Draw(canvas, 0, 0, canvas.Width, canvas.Height);

    /// <summary>Draws the chart into a part of a canvas.</summary>
    /// <param name="canvas">Where to.</param>
    /// <param name="x">Left edge.</param>
    /// <param name="y">Top edge.</param>
    /// <param name="width">Width of the part.</param>
    /// <param name="height">Height of the part.</param>
    public void Draw(Canvas canvas, double x, double y, double width, double height)
    {
        canvas.Text(x + Left, y + 24, Title, new TextStyle(15, Bold: true));
        canvas.Text(x + Left, y + 43, Note, new TextStyle(11, Ink.Muted));
        var legend = LegendRows(width - Left - Right);
        var plot = new Plot(x + Left, y + 60 + legend.Count * LegendRow, width - Left - Right, height - 60 - Bottom - legend.Count * LegendRow);
        DrawLegend(canvas, legend, plot.X, y + 58);
        DrawAxes(canvas, plot);
        foreach (var mark in Marks) DrawMark(canvas, plot, mark);
        canvas.Line([(plot.X, plot.Y), (plot.X, plot.Y + plot.Height), (plot.X + plot.Width, plot.Y + plot.Height)], new Stroke(Ink.Text));
    }

    private readonly record struct Plot(double X, double Y, double Width, double Height);

    private (double X, double Y) At(in Plot plot, double x, double y) => (plot.X + X.Place(x) * plot.Width, plot.Y + (1 - Y.Place(y)) * plot.Height);

    private void DrawAxes(Canvas canvas, in Plot plot)
    {
        foreach (var (value, label) in X.Ticks((int)(plot.Width / 80)))
        {
            var at = plot.X + X.Place(value) * plot.Width;
            canvas.Line(at, plot.Y, at, plot.Y + plot.Height, new Stroke(Ink.Grid));
            canvas.Text(at, plot.Y + plot.Height + 17, label, new TextStyle(11, Anchor: Anchor.Middle));
        }
        foreach (var (value, label) in Y.Ticks((int)(plot.Height / 45)))
        {
            var at = plot.Y + (1 - Y.Place(value)) * plot.Height;
            canvas.Line(plot.X, at, plot.X + plot.Width, at, new Stroke(Ink.Grid));
            canvas.Text(plot.X - 7, at + 4, label, new TextStyle(11, Anchor: Anchor.End));
        }
        canvas.Text(plot.X + plot.Width / 2, plot.Y + plot.Height + 40, X.Title, new TextStyle(12, Anchor: Anchor.Middle));
        canvas.Text(plot.X - 54, plot.Y + plot.Height / 2, Y.Title, new TextStyle(12, Anchor: Anchor.Middle, Upright: false));
    }

    private void DrawMark(Canvas canvas, in Plot plot, Mark mark)
    {
        switch (mark)
        {
            case Curve curve:
                canvas.Line(Trace(plot, curve.Points), new Stroke(curve.Ink, curve.Width, curve.Dashed ? Dash : null));
                break;
            case Band band:
                canvas.Fill([.. Trace(plot, [.. band.Points.Select(p => (p.X, p.High))]), .. Trace(plot, [.. band.Points.Reverse().Select(p => (p.X, p.Low))])], band.Ink, 0.18);
                break;
            case Bars bars:
                var ground = Math.Clamp(0, Y.Min, Y.Max);
                var outline = Trace(plot, [(bars.Bins[0].From, ground), .. bars.Bins.SelectMany(bin => new[] { (bin.From, bin.Height), (bin.To, bin.Height) }), (bars.Bins[^1].To, ground)]);
                canvas.Fill(outline, bars.Ink, 0.25);
                canvas.Line(outline, new Stroke(bars.Ink, 1.5));
                break;
            case Dots dots:
                foreach (var (x, y, low, high) in dots.Points)
                {
                    if (double.IsFinite(low) && double.IsFinite(high)) canvas.Line([At(plot, x, low), At(plot, x, high)], new Stroke(dots.Ink, 1.5));
                    var (px, py) = At(plot, x, y);
                    canvas.Dot(px, py, 3.5, dots.Ink);
                }
                break;
            case Limit limit:
                var at = plot.X + X.Place(limit.X) * plot.Width;
                canvas.Line(at, plot.Y, at, plot.Y + plot.Height, new Stroke(limit.Ink, 1, Dash));
                // The word stands on the side that has more room.
                var right = at < plot.X + plot.Width / 2;
                canvas.Text(at + (right ? 5 : -5), plot.Y + 12, limit.Label, new TextStyle(11, limit.Ink, right ? Anchor.Start : Anchor.End));
                break;
        }
    }

    private (double X, double Y)[] Trace(in Plot plot, IReadOnlyList<(double X, double Y)> points)
    {
        var trace = new (double, double)[points.Count];
        for (var i = 0; i < trace.Length; i++) trace[i] = At(plot, points[i].X, points[i].Y);
        return trace;
    }

    private static readonly double[] Dash = [5, 4];

    private readonly record struct Entry(string Label, Ink Ink, bool Dashed);

    private List<List<Entry>> LegendRows(double width)
    {
        var rows = new List<List<Entry>>();
        var used = width;
        foreach (var entry in Marks.Select(EntryOf).Where(entry => entry.Label is { Length: > 0 }))
        {
            var wanted = 34 + Canvas.WidthOf(entry.Label, 11);
            if (used + wanted > width) (rows, used) = ([.. rows, []], 0);
            rows[^1].Add(entry);
            used += wanted;
        }
        return rows;
    }

    private static Entry EntryOf(Mark mark) => mark switch
    {
        Curve curve => new(curve.Label ?? "", curve.Ink, curve.Dashed),
        Bars bars => new(bars.Label ?? "", bars.Ink, false),
        Dots dots => new(dots.Label ?? "", dots.Ink, false),
        _ => default,
    };

    private static void DrawLegend(Canvas canvas, List<List<Entry>> rows, double left, double top)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            var (x, y) = (left, top + row * LegendRow + 8);
            foreach (var entry in rows[row])
            {
                canvas.Line(x, y - 4, x + 20, y - 4, new Stroke(entry.Ink, 3, entry.Dashed ? Dash : null));
                canvas.Text(x + 25, y, entry.Label, new TextStyle(11));
                x += 34 + Canvas.WidthOf(entry.Label, 11);
            }
        }
    }
}
