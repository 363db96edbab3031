using Pfe.Vision.Imaging;
using SkiaSharp;

namespace Pfe.Reporting.Data;

/// <summary>Small pictures of the faces of a set, read when they are needed.</summary>
public sealed class FaceThumbnails
{
    /// <summary>Width and height in pixels.</summary>
    public const int Size = 88;

    private readonly Func<int, Image?> _load;
    private readonly Dictionary<int, byte[]?> _made = [];

    /// <summary>Takes pictures from anywhere.</summary>
    /// <param name="load">The picture of a row, or null where there is none.</param>
    public FaceThumbnails(Func<int, Image?> load) => _load = load;

    /// <summary>Takes pictures from files; one that cannot be read is left out.</summary>
    /// <param name="root">What the paths are relative to.</param>
    /// <param name="paths">A path for each row.</param>
    public static FaceThumbnails InFolder(string root, IReadOnlyList<string> paths) => new(row =>
    {
        try { return Image.Load(Path.Combine(root, paths[row])); }
        catch (PfeException) { return null; }
    });

    /// <summary>A row's picture as JPEG, the middle square of its photograph; null where there is none.</summary>
    /// <param name="row">The row.</param>
    public byte[]? Of(int row)
    {
        if (!_made.TryGetValue(row, out var encoded)) _made[row] = encoded = _load(row) is { } image ? Encode(image) : null;
        return encoded;
    }

    /// <summary>A picture's middle square, small, as JPEG.</summary>
    /// <param name="image">Any picture.</param>
    public static byte[] Encode(Image image)
    {
        using var bitmap = new SKBitmap(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var target = bitmap.GetPixelSpan();
        var source = image.Pixels;
        for (var i = 0; i < image.Width * image.Height; i++)
        {
            source.Slice(3 * i, 3).CopyTo(target[(4 * i)..]);
            target[4 * i + 3] = 255;
        }
        using var surface = SKSurface.Create(new SKImageInfo(Size, Size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var picture = SKImage.FromBitmap(bitmap);
        var side = Math.Min(image.Width, image.Height);
        var middle = SKRect.Create((image.Width - side) / 2f, (image.Height - side) / 2f, side, side);
        surface.Canvas.DrawImage(picture, middle, SKRect.Create(Size, Size),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var small = surface.Snapshot();
        using var data = small.Encode(SKEncodedImageFormat.Jpeg, 85);
        return data.ToArray();
    }
}
