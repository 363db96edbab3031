using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>One view of a part of a large picture.</summary>
/// <param name="ToFrame">Where each pixel of the network's input lies in the picture.</param>
/// <param name="Left">Whether the picture goes on to the left.</param>
/// <param name="Top">Whether it goes on above.</param>
/// <param name="Right">Whether it goes on to the right.</param>
/// <param name="Bottom">Whether it goes on below.</param>
internal readonly record struct Tile(AffineMap ToFrame, bool Left, bool Top, bool Right, bool Bottom);

/// <summary>
/// Views in which the faces are seen that the whole picture at 320 x 240 is too coarse for. Tiles of one level overlap by the largest face
/// the level is for, so that each face lies whole in one of them.
/// </summary>
internal static class TilePlan
{
    /// <summary>Pixels of input from which a face is found dependably, and the share of the input's height that it may fill.</summary>
    private const double FewestPixels = 13, LargestShare = 0.6;

    /// <summary>How much more one side may be squeezed than the other before faces are no longer seen as such.</summary>
    private const double MostDistortion = 2.2;

    /// <summary>Side of the smallest face that is found dependably in the whole picture, in its pixels.</summary>
    public static double SeenInWhole(int width, int height)
    {
        var (x, y) = ((double)width / UltraFaceNetwork.Width, (double)height / UltraFaceNetwork.Height);
        return Math.Max(x, y) / Math.Min(x, y) > MostDistortion ? Math.Min(width, height) : FewestPixels * Math.Max(x, y);
    }

    /// <summary>The tiles for faces from <paramref name="smallest"/> pixels on that <see cref="SeenInWhole"/> leaves out; none where it
    /// leaves none.</summary>
    public static IEnumerable<Tile> For(int width, int height, double smallest)
    {
        var seen = SeenInWhole(width, height);
        while (smallest < seen)
        {
            var step = smallest / FewestPixels;
            var largest = Math.Min(seen, LargestShare * UltraFaceNetwork.Height * step);
            var (columns, rows) = (Starts(width, UltraFaceNetwork.Width * step, largest),
                Starts(height, UltraFaceNetwork.Height * step, largest));
            for (var r = 0; r < rows.Length; r++)
            {
                for (var c = 0; c < columns.Length; c++)
                {
                    var map = new AffineMap(step, 0, columns[c] + 0.5 * step - 0.5, 0, step, rows[r] + 0.5 * step - 0.5);
                    yield return new Tile(map, c > 0, r > 0, c < columns.Length - 1, r < rows.Length - 1);
                }
            }
            smallest = largest;
        }
    }

    /// <summary>Left sides of windows that cover a length, each sharing at least an overlap with the next; a window that is longer lies
    /// central.</summary>
    private static double[] Starts(double length, double window, double overlap)
    {
        if (length <= window) return [(length - window) / 2];
        var count = (int)Math.Ceiling((length - window) / (window - overlap)) + 1;
        return [.. Enumerable.Range(0, count).Select(i => i * (length - window) / (count - 1))];
    }
}
