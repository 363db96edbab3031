using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Faces;

public sealed class TilePlanTests
{
    [Theory]
    [InlineData(150, 150)]
    [InlineData(1000, 800)]
    public void A_small_photograph_needs_no_tiles(int width, int height) => TilePlan.For(width, height, 48).ShouldBeEmpty();

    [Theory]
    [InlineData(6000, 4000, 48)]
    [InlineData(500, 6000, 48)]
    [InlineData(8000, 700, 48)]
    [InlineData(11_000, 9000, 24)]
    [InlineData(2000, 1500, 30)]
    public void Every_face_that_the_whole_picture_loses_lies_whole_in_a_tile_that_sees_it(int width, int height, int smallest)
    {
        var tiles = TilePlan.For(width, height, smallest).ToList();
        tiles.Count.ShouldBeInRange(1, 4000);
        var random = new Random(1);
        var seen = TilePlan.SeenInWhole(width, height);
        for (var i = 0; i < 2000; i++)
        {
            var side = smallest + random.NextDouble() * (Math.Min(seen, Math.Min(width, height)) - smallest);
            // Pixel centres lie on whole numbers, so the picture begins at -1/2.
            var (left, top) = (random.NextDouble() * (width - side) - 0.5, random.NextDouble() * (height - side) - 0.5);
            tiles.Exists(tile => Sees(tile, left, top, side)).ShouldBeTrue($"a face of {side} at {left}, {top}");
        }
    }

    /// <summary>The face lies inside the input, at a size that the network knows.</summary>
    private static bool Sees(Tile tile, double left, double top, double side)
    {
        var back = tile.ToFrame.Inverse();
        var (a, b) = (back.Apply(new Point2(left, top)), back.Apply(new Point2(left + side, top + side)));
        return a.X >= -0.51 && a.Y >= -0.51 && b.X <= UltraFaceNetwork.Width - 0.49 && b.Y <= UltraFaceNetwork.Height - 0.49
            && b.X - a.X >= 12.9;
    }
}
