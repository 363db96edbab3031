using SkiaSharp;

namespace Pfe.Vision.Imaging;

/// <summary>One picture of a contact sheet.</summary>
/// <param name="Image">The picture; scaled to the tile, its shape kept.</param>
/// <param name="Caption">Lines of text under it, the first in bold; may be empty.</param>
/// <param name="Marks">Points to draw on it, in the picture's own pixels (landmarks); null for none.</param>
internal sealed record ContactTile(Image Image, IReadOnlyList<string> Caption, IReadOnlyList<(double X, double Y)>? Marks = null);

/// <summary>How a contact sheet looks.</summary>
internal sealed record ContactSheetOptions
{
    /// <summary>Tiles in a row, at least 1.</summary>
    public int Columns { get; init; } = 10;

    /// <summary>Width and height of a tile's picture in pixels.</summary>
    public int TileSize { get; init; } = 112;

    /// <summary>Heading; null for none.</summary>
    public string? Title { get; init; }

    /// <summary>A line under the heading that says how to read the sheet; null for none.</summary>
    public string? Note { get; init; }

    /// <summary>A TrueType file for plain text: a bare server has no font of its own (<c>ModelStore.Get("font")</c>).</summary>
    public required string Font { get; init; }

    /// <summary>A TrueType file for bold text (<c>ModelStore.Get("font-bold")</c>).</summary>
    public required string BoldFont { get; init; }
}

/// <summary>Many small pictures on one sheet, in reading order, each with a caption.</summary>
internal static class ContactSheet
{
    private const int Margin = 16;
    private const int Gap = 8;
    private const int TextSize = 11;
    private const int LineHeight = 15;
    private const int TitleSize = 20;
    private static readonly SKColor Ink = new(0x20, 0x24, 0x2a);
    private static readonly SKColor Faint = new(0x5f, 0x66, 0x70);
    private static readonly SKColor Mark = new(0x00, 0xe5, 0xff);

    /// <summary>Draws the sheet.</summary>
    /// <param name="tiles">The pictures in reading order, at least one.</param>
    /// <param name="options">Layout and texts.</param>
    /// <exception cref="PfeException">A font cannot be read.</exception>
    public static Image Draw(IReadOnlyList<ContactTile> tiles, ContactSheetOptions options)
    {
        ArgumentNullException.ThrowIfNull(tiles);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfZero(tiles.Count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.TileSize);

        using var plain = Typeface(options.Font);
        using var bold = Typeface(options.BoldFont);
        var columns = Math.Min(options.Columns, tiles.Count);
        var rowHeight = options.TileSize + tiles.Max(tile => tile.Caption.Count) * LineHeight + Gap;
        var header = (options.Title is null ? 0 : TitleSize + Gap) + (options.Note is null ? 0 : LineHeight + Gap);
        var headerWidth = Math.Max(Width(options.Title, bold, TitleSize), Width(options.Note, plain, TextSize));
        var width = 2 * Margin + Math.Max(columns * (options.TileSize + Gap) - Gap, headerWidth);
        var height = 2 * Margin + header + (tiles.Count + columns - 1) / columns * rowHeight - Gap;

        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var bitmap = new SKBitmap(info);
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            var y = Margin;
            if (options.Title is not null) Text(canvas, options.Title, Margin, y += TitleSize, bold, TitleSize, Ink);
            if (options.Note is not null) Text(canvas, options.Note, Margin, y + Gap + TextSize, plain, TextSize, Faint);
            for (var i = 0; i < tiles.Count; i++)
                DrawTile(canvas, tiles[i], Margin + i % columns * (options.TileSize + Gap), Margin + header + i / columns * rowHeight,
                    options.TileSize, plain, bold);
        }
        return RgbaPixels.ToImage(bitmap.GetPixelSpan(), width, height);
    }

    private static void DrawTile(SKCanvas canvas, ContactTile tile, int x, int y, int size, SKTypeface plain, SKTypeface bold)
    {
        var scale = (float)size / Math.Max(tile.Image.Width, tile.Image.Height);
        var place = SKRect.Create(x, y, tile.Image.Width * scale, tile.Image.Height * scale);
        using (var picture = ToSkia(tile.Image))
            canvas.DrawImage(picture, place, new SKSamplingOptions(SKCubicResampler.Mitchell));
        if (tile.Marks is not null)
        {
            using var paint = new SKPaint { Color = Mark, IsAntialias = true };
            foreach (var (px, py) in tile.Marks)
                canvas.DrawCircle(x + ((float)px + 0.5f) * scale, y + ((float)py + 0.5f) * scale, Math.Max(1.5f, size / 70f), paint);
        }
        canvas.Save();
        canvas.ClipRect(SKRect.Create(x, y, size + Gap - 2, size + tile.Caption.Count * LineHeight + Gap));
        for (var line = 0; line < tile.Caption.Count; line++)
            Text(canvas, tile.Caption[line], x, y + size + (line + 1) * LineHeight - 3, line == 0 ? bold : plain, TextSize,
                line == 0 ? Ink : Faint);
        canvas.Restore();
    }

    private static void Text(SKCanvas canvas, string text, float x, float y, SKTypeface typeface, int size, SKColor color)
    {
        using var font = new SKFont(typeface, size) { Subpixel = true };
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        canvas.DrawText(text, x, y, SKTextAlign.Left, font, paint);
    }

    private static int Width(string? text, SKTypeface typeface, int size)
    {
        if (text is null) return 0;
        using var font = new SKFont(typeface, size);
        return (int)MathF.Ceiling(font.MeasureText(text));
    }

    private static SKTypeface Typeface(string path) =>
        SKTypeface.FromFile(path) ?? throw new PfeException($"cannot read the font '{path}'; a TrueType file is wanted");

    private static SKImage ToSkia(Image image) =>
        SKImage.FromPixelCopy(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), RgbaPixels.Of(image));
}
