using Pfe.Reporting.Charts;
using Pfe.Reporting.Drawing;

namespace Pfe.Reporting.Figures;

/// <summary>A part of a figure that is never torn apart: a page lays panels beside or below each other, whatever is wide enough to be
/// read.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Paint">Draws it, the origin at its top left.</param>
internal sealed record Panel(int Width, int Height, Action<Canvas> Paint)
{
    /// <summary>The width at which small text is still legible on a telephone and two panels on a printed page.</summary>
    internal const int Usual = 440;

    internal const int ChartHeight = 370;

    internal static Panel Of(Chart chart, int height = ChartHeight) => new(Usual, height, canvas => chart.Draw(canvas, height));
}

/// <summary>A picture with the numbers behind it: one drawing that becomes SVG and PNG, one table that becomes CSV and JSON.</summary>
public sealed class Figure
{
    private const int NoteSize = 12, NoteRow = 17;

    internal Figure(string id, string title, string? note, string caption, IReadOnlyList<Panel> panels, int columns, DataTable data) =>
        (Id, Title, Note, Caption, Panels, Columns, Data) = (id, title, note, caption, panels, columns, data);

    /// <summary>File name without extension: lower-case words joined by dashes.</summary>
    public string Id { get; }

    /// <summary>Heading.</summary>
    public string Title { get; }

    /// <summary>Under the heading where the panels do not say it themselves: data set and n; null otherwise.</summary>
    public string? Note { get; }

    /// <summary>How to read it, in a sentence or two.</summary>
    public string Caption { get; }

    /// <summary>In reading order, all of one width.</summary>
    internal IReadOnlyList<Panel> Panels { get; }

    /// <summary>Panels beside each other in a file.</summary>
    internal int Columns { get; }

    /// <summary>The numbers it shows.</summary>
    internal DataTable Data { get; }

    private IReadOnlyList<string> Notes => Note is null ? [] : Canvas.Wrap(Note, NoteSize, Width - 16);

    private int Header => Note is null ? 0 : 35 + NoteRow * Notes.Count;

    private int Width => Panels[0].Width * Math.Min(Columns, Panels.Count);

    private int Height => Header + Panels.Chunk(Columns).Sum(row => row.Max(panel => panel.Height));

    /// <summary>The whole figure as SVG, for a file of its own.</summary>
    public string ToSvg()
    {
        var canvas = new SvgCanvas(inPage: false) { Width = Width, Height = Height };
        Paint(canvas);
        return canvas.ToSvg(Title);
    }

    /// <summary>The numbers it shows as CSV with a header (RFC 4180, decimal points, LF).</summary>
    public string ToCsv() => Data.ToCsv();

    /// <summary>A panel as SVG, for a page that sets the colours.</summary>
    internal string ToPageSvg(Panel panel)
    {
        var canvas = new SvgCanvas(inPage: true) { Width = panel.Width, Height = panel.Height };
        panel.Paint(canvas);
        return canvas.ToSvg(Title);
    }

    /// <summary>The whole figure as a PNG file's bytes, two pixels to the unit.</summary>
    /// <param name="fonts">What its text is set in.</param>
    public byte[] ToPng(FigureFonts fonts)
    {
        using var canvas = new PngCanvas(Width, Height, fonts);
        Paint(canvas);
        return canvas.ToPng();
    }

    private void Paint(Canvas canvas)
    {
        if (Note is not null)
        {
            canvas.Text(8, 24, Title, new TextStyle(16, Bold: true));
            foreach (var (line, text) in Notes.Index()) canvas.Text(8, 44 + line * NoteRow, text, new TextStyle(NoteSize, Ink.Muted));
        }
        var top = Header;
        foreach (var row in Panels.Chunk(Columns))
        {
            for (var i = 0; i < row.Length; i++)
                row[i].Paint(new OffsetCanvas(canvas, i * Panels[0].Width, top) { Width = row[i].Width, Height = row[i].Height });
            top += row.Max(panel => panel.Height);
        }
    }
}
