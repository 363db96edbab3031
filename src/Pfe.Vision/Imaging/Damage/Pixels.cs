namespace Pfe.Vision.Imaging.Damage;

/// <summary>Maps pictures pixel by pixel. Places are in units of the ArcFace template, 0 to 112 both ways, whatever the picture's
/// size.</summary>
internal static class Pixels
{
    /// <summary>The template's side.</summary>
    public const double Side = 112;

    /// <summary>A new colour for every pixel from its place and its colour.</summary>
    public static Image Map(Image image, Func<double, double, Colour, Colour> colour)
    {
        var pixels = new byte[image.Pixels.Length];
        var (stepX, stepY) = (Side / image.Width, Side / image.Height);
        for (int y = 0, at = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++, at += 3)
            {
                var was = new Colour(image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]);
                var becomes = colour(x * stepX, y * stepY, was);
                (pixels[at], pixels[at + 1], pixels[at + 2]) = (Byte(becomes.Red), Byte(becomes.Green), Byte(becomes.Blue));
            }
        }
        return new Image(image.Width, image.Height, pixels);
    }

    /// <summary>A new picture of the same size whose pixels are looked up elsewhere, the nearest pixel of places outside.</summary>
    /// <param name="image">Gives the size.</param>
    /// <param name="source">Where each place's colour comes from.</param>
    /// <param name="from">Gives the colours; null for the picture itself.</param>
    public static Image Lookup(Image image, Func<double, double, (double X, double Y)> source, Image? from = null)
    {
        from ??= image;
        var pixels = new byte[image.Pixels.Length];
        var (stepX, stepY) = (Side / image.Width, Side / image.Height);
        for (int y = 0, at = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++, at += 3)
            {
                var (fromX, fromY) = source(x * stepX, y * stepY);
                Sample(from, fromX * from.Width / Side, fromY * from.Height / Side, pixels.AsSpan(at, 3));
            }
        }
        return new Image(image.Width, image.Height, pixels);
    }

    public static double Grey(Colour colour) => 0.299 * colour.Red + 0.587 * colour.Green + 0.114 * colour.Blue;

    private static void Sample(Image image, double x, double y, Span<byte> colour)
    {
        (x, y) = (Math.Clamp(x, 0, image.Width - 1), Math.Clamp(y, 0, image.Height - 1));
        var (left, top) = ((int)x, (int)y);
        var (right, bottom) = (Math.Min(left + 1, image.Width - 1), Math.Min(top + 1, image.Height - 1));
        var (across, down) = (x - left, y - top);
        var upper = image.Row(top);
        var lower = image.Row(bottom);
        for (var c = 0; c < 3; c++)
        {
            var above = upper[3 * left + c] + across * (upper[3 * right + c] - upper[3 * left + c]);
            var below = lower[3 * left + c] + across * (lower[3 * right + c] - lower[3 * left + c]);
            colour[c] = Byte(above + down * (below - above));
        }
    }

    private static byte Byte(double value) => (byte)Math.Clamp(value + 0.5, 0, 255);
}
