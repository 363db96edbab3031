using Pfe.Reporting.Data;
using Pfe.Reporting.Drawing;

namespace Pfe.Reporting.Figures;

internal static class Pictures
{
    /// <summary>A face, or an empty frame where its picture cannot be had.</summary>
    public static void Face(Canvas canvas, FaceThumbnails? thumbnails, int row, double x, double y, double size)
    {
        if (thumbnails?.Of(row) is { } picture) canvas.Picture(x, y, size, size, picture);
        else canvas.Box(x, y, size, size, Ink.Grid);
    }
}
