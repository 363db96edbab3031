using Pfe.Reporting.Charts;
using Pfe.Reporting.Drawing;

namespace Pfe.Reporting.Figures;

/// <summary>A picture with the numbers behind it: one drawing that becomes SVG and PNG, one table that becomes CSV and JSON.</summary>
/// <param name="Id">File name without extension: lower-case words joined by dashes.</param>
/// <param name="Title">Heading in the report.</param>
/// <param name="Caption">How to read it, in a sentence or two.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Paint">Draws it.</param>
/// <param name="Data">The numbers it shows.</param>
public sealed record Figure(string Id, string Title, string Caption, int Width, int Height, Action<Canvas> Paint, DataTable Data)
{
    /// <summary>A figure that is one chart.</summary>
    /// <param name="id">File name without extension.</param>
    /// <param name="caption">How to read it.</param>
    /// <param name="chart">What it shows.</param>
    /// <param name="data">The numbers.</param>
    public static Figure Of(string id, string caption, Chart chart, DataTable data) => new(id, chart.Title, caption, 640, 420, chart.Draw, data);

    /// <summary>Charts beside each other.</summary>
    /// <param name="id">File name without extension.</param>
    /// <param name="title">Heading in the report.</param>
    /// <param name="caption">How to read it.</param>
    /// <param name="charts">From left to right.</param>
    /// <param name="data">The numbers.</param>
    public static Figure Beside(string id, string title, string caption, IReadOnlyList<Chart> charts, DataTable data) =>
        new(id, title, caption, 480 * charts.Count, 400, canvas =>
        {
            for (var i = 0; i < charts.Count; i++) charts[i].Draw(canvas, 480 * i, 0, 480, 400);
        }, data);

    /// <summary>The figure as SVG.</summary>
    /// <param name="inPage">True for a part of the report's page, which sets the colours; false for a file of its own.</param>
    public string ToSvg(bool inPage = false)
    {
        var canvas = new SvgCanvas(inPage) { Width = Width, Height = Height };
        Paint(canvas);
        return canvas.ToSvg(Title);
    }

    /// <summary>The figure as a PNG file's bytes, two pixels to the unit.</summary>
    /// <param name="fonts">What its text is set in.</param>
    public byte[] ToPng(FigureFonts fonts)
    {
        using var canvas = new PngCanvas(Width, Height, fonts);
        Paint(canvas);
        return canvas.ToPng();
    }
}
