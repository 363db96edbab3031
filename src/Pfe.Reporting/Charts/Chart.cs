using Pfe.Reporting.Drawing;

namespace Pfe.Reporting.Charts;

/// <summary>Two axes and what lies between them. The legend stands above the plot, so that it never covers a curve.</summary>
/// <param name="Title">What is seen.</param>
/// <param name="Note">Under it: data set and n.</param>
/// <param name="X">Horizontal axis.</param>
/// <param name="Y">Vertical axis.</param>
/// <param name="Marks">From back to front.</param>
internal sealed record Chart(string Title, string Note, Axis X, Axis Y, IReadOnlyList<Mark> Marks)
{
    private const double Edge = 8, Left = 66, Right = 26, Bottom = 52, LegendRow = 20, NoteRow = 17, Small = 12;

    /// <summary>Draws the chart at the top of a canvas.</summary>
    /// <param name="canvas">At least about 360 wide.</param>
    /// <param name="height">How much of the canvas it takes, at least about 260.</param>
    public void Draw(Canvas canvas, double height)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        var width = canvas.Width - Left - Right;
        canvas.Text(Edge, 24, Title, new TextStyle(15, Bold: true));
        var notes = Canvas.Wrap(Note, Small, canvas.Width - 2 * Edge);
        for (var i = 0; i < notes.Count; i++) canvas.Text(Edge, 44 + i * NoteRow, notes[i], new TextStyle(Small, Ink.Muted));
        var legend = LegendRows(canvas.Width - Edge - Right);
        var header = 40 + notes.Count * NoteRow;
        var top = header + legend.Count * LegendRow + 8;
        var plot = new Plot(Left, top, width, height - top - Bottom);
        DrawLegend(canvas, legend, Edge, header);
        DrawAxes(canvas, plot);
        foreach (var mark in Marks) DrawMark(canvas, plot, mark);
        canvas.Line([(plot.X, plot.Y), (plot.X, plot.Y + plot.Height), (plot.X + plot.Width, plot.Y + plot.Height)], new Stroke(Ink.Text));
    }

    /// <summary>Where a value of the horizontal axis lies in a drawn chart, in pixels from its left edge.</summary>
    internal double Across(Canvas canvas, double x) => Left + X.Place(x) * (canvas.Width - Left - Right);

    private readonly record struct Plot(double X, double Y, double Width, double Height);

    private (double X, double Y) At(in Plot plot, double x, double y) =>
        (plot.X + X.Place(x) * plot.Width, plot.Y + (1 - Y.Place(y)) * plot.Height);

    private void DrawAxes(Canvas canvas, in Plot plot)
    {
        foreach (var (value, label) in X.Ticks((int)(plot.Width / 80)))
        {
            var at = plot.X + X.Place(value) * plot.Width;
            canvas.Line(at, plot.Y, at, plot.Y + plot.Height, new Stroke(Ink.Grid));
            canvas.Text(at, plot.Y + plot.Height + 18, label, new TextStyle(Small, Anchor: Anchor.Middle));
        }
        foreach (var (value, label) in Y.Ticks((int)(plot.Height / 34)))
        {
            var at = plot.Y + (1 - Y.Place(value)) * plot.Height;
            canvas.Line(plot.X, at, plot.X + plot.Width, at, new Stroke(Ink.Grid));
            canvas.Text(plot.X - 7, at + 4, label, new TextStyle(Small, Anchor: Anchor.End));
        }
        canvas.Text(plot.X + plot.Width / 2, plot.Y + plot.Height + 40, X.Title, new TextStyle(Small, Anchor: Anchor.Middle));
        canvas.Text(plot.X - 52, plot.Y + plot.Height / 2, Y.Title, new TextStyle(Small, Anchor: Anchor.Middle, Upright: false));
    }

    private void DrawMark(Canvas canvas, in Plot plot, Mark mark)
    {
        switch (mark)
        {
            case Curve curve:
                canvas.Line(Trace(plot, curve.Points), new Stroke(curve.Ink, curve.Width, curve.Dash.Lengths()));
                break;
            case Band band:
                canvas.Fill([.. Trace(plot, [.. band.Points.Select(p => (p.X, p.High))]),
                    .. Trace(plot, [.. band.Points.Reverse().Select(p => (p.X, p.Low))])], band.Ink, 0.18);
                break;
            case Bars bars:
                var ground = Math.Clamp(0, Y.Min, Y.Max);
                var outline = Trace(plot, [
                    (bars.Bins[0].From, ground), .. bars.Bins.SelectMany(bin => new[] { (bin.From, bin.Height), (bin.To, bin.Height) }),
                    (bars.Bins[^1].To, ground)]);
                canvas.Fill(outline, bars.Ink, 0.25);
                canvas.Line(outline, new Stroke(bars.Ink, 1.5));
                break;
            case Dots dots:
                foreach (var (x, y, low, high) in dots.Points)
                {
                    if (double.IsFinite(low) && double.IsFinite(high))
                        canvas.Line([At(plot, x, low), At(plot, x, high)], new Stroke(dots.Ink, 1.5));
                    var (px, py) = At(plot, x, y);
                    canvas.Dot(px, py, 3.5, dots.Ink);
                }
                break;
            case Limit limit:
                var at = plot.X + X.Place(limit.X) * plot.Width;
                canvas.Line(at, plot.Y, at, plot.Y + plot.Height, new Stroke(limit.Ink, 1, Dash.Dashed.Lengths()));
                // The word stands on the side that has more room.
                var right = at < plot.X + plot.Width / 2;
                canvas.Text(at + (right ? 5 : -5), plot.Y + 12, limit.Label,
                    new TextStyle(Small, limit.Ink, right ? Anchor.Start : Anchor.End));
                break;
        }
    }

    private (double X, double Y)[] Trace(in Plot plot, IReadOnlyList<(double X, double Y)> points)
    {
        var trace = new (double, double)[points.Count];
        for (var i = 0; i < trace.Length; i++) trace[i] = At(plot, points[i].X, points[i].Y);
        return trace;
    }

    private readonly record struct Entry(string Label, Ink Ink, Dash Dash);

    private List<List<Entry>> LegendRows(double width)
    {
        var rows = new List<List<Entry>>();
        var used = width;
        foreach (var entry in Marks.Select(EntryOf).Where(entry => entry.Label is { Length: > 0 }))
        {
            var wanted = 40 + Canvas.WidthOf(entry.Label, Small);
            if (used + wanted > width) (rows, used) = ([.. rows, []], 0);
            rows[^1].Add(entry);
            used += wanted;
        }
        return rows;
    }

    private static Entry EntryOf(Mark mark) => mark switch
    {
        Curve curve => new(curve.Label ?? "", curve.Ink, curve.Dash),
        Bars bars => new(bars.Label ?? "", bars.Ink, Dash.Solid),
        Dots dots => new(dots.Label ?? "", dots.Ink, Dash.Solid),
        _ => default,
    };

    private static void DrawLegend(Canvas canvas, List<List<Entry>> rows, double left, double top)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            var (x, y) = (left, top + row * LegendRow + 8);
            foreach (var entry in rows[row])
            {
                canvas.Line(x, y - 4, x + 20, y - 4, new Stroke(entry.Ink, 3, entry.Dash.Lengths()));
                canvas.Text(x + 25, y, entry.Label, new TextStyle(Small));
                x += 40 + Canvas.WidthOf(entry.Label, Small);
            }
        }
    }
}
