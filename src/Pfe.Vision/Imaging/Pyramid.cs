namespace Pfe.Vision.Imaging;

/// <summary>
/// A photograph with its halvings (means of 2 x 2 pixels), made when they are needed. A bilinear warp looks at four neighbours only, so
/// a face of 800 pixels brought to 112 would alias; taken from the right halving it does not. Reductions below two use the photograph
/// itself. Points and maps are counted in pixels of the whole photograph, also where it was decoded more coarsely.
/// </summary>
internal sealed class Pyramid
{
    private readonly List<Image> _levels;

    /// <summary>Wraps a photograph; nothing is computed yet.</summary>
    /// <param name="image">The photograph.</param>
    public Pyramid(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        _levels = [image];
    }

    /// <summary>The photograph itself.</summary>
    public Image Image => _levels[0];

    /// <summary>The photograph's width in pixels.</summary>
    public int Width => Image.Photograph.Width;

    /// <summary>The photograph's height in pixels.</summary>
    public int Height => Image.Photograph.Height;

    /// <summary>The level on which a warp steps by less than two pixels, and the warp's map onto it. Not safe for several
    /// threads.</summary>
    /// <param name="toSource">Where each destination pixel lies in the photograph.</param>
    public (Image Image, AffineMap ToSource) For(in AffineMap toSource)
    {
        var map = toSource;
        // The coarser pixel i is the mean of r pixels from ri on: its centre lies at ri + (r - 1) / 2.
        if (Image.Reduction is > 1 and var r)
            map = new AffineMap(map.Xx / r, map.Xy / r, (map.X0 - (r - 1) / 2.0) / r, map.Yx / r, map.Yy / r, (map.Y0 - (r - 1) / 2.0) / r);
        var level = 0;
        while (Step(map) >= 2 && Math.Min(_levels[level].Width, _levels[level].Height) >= 2)
        {
            if (++level == _levels.Count) _levels.Add(Halve(_levels[level - 1]));
            // The half-size pixel i is the mean of the pixels 2i and 2i + 1: its centre lies at 2i + 1/2.
            map = new AffineMap(map.Xx / 2, map.Xy / 2, map.X0 / 2 - 0.25, map.Yx / 2, map.Yy / 2, map.Y0 / 2 - 0.25);
        }
        return (_levels[level], map);
    }

    private static double Step(in AffineMap map) => Math.Sqrt(Math.Abs(map.Xx * map.Yy - map.Xy * map.Yx));

    private static Image Halve(Image image)
    {
        var (width, height) = (image.Width / 2, image.Height / 2);
        var half = new byte[3 * width * height];
        for (int y = 0, to = 0; y < height; y++)
        {
            var upper = image.Row(2 * y);
            var lower = image.Row(2 * y + 1);
            for (var x = 0; x < 6 * width; x += 6)
                for (var c = x; c < x + 3; c++)
                    half[to++] = (byte)((upper[c] + upper[c + 3] + lower[c] + lower[c + 3] + 2) / 4);
        }
        return new Image(width, height, half);
    }
}
