using Pfe.Reporting.Explain;
using Pfe.Vision;
using Pfe.Vision.Imaging;

namespace Pfe.Reporting.Tests.Explain;

public sealed class OcclusionMapTests
{
    // A stand-in for a network that looks at one place only: sigma rises and mu turns as that place loses its white spot.
    private static FaceEmbedding Eye(Image image)
    {
        var white = 0;
        for (var y = 30; y < 40; y++)
            for (var x = 70; x < 80; x++)
                if (image.Pixels[3 * (y * image.Width + x)] == 255) white++;
        var angle = (100 - white) / 100.0;
        return new([(float)Math.Cos(angle), (float)Math.Sin(angle)], [(float)(-7 + angle), (float)(-7 + angle)]);
    }

    private static Image FaceWithSpot()
    {
        var pixels = new byte[112 * 112 * 3];
        for (var y = 30; y < 40; y++) pixels.AsSpan(3 * (y * 112 + 70), 30).Fill(255);
        return new Image(112, 112, pixels);
    }

    [Fact]
    public void The_map_is_highest_where_the_network_looks_and_zero_elsewhere()
    {
        var map = OcclusionMap.Of(FaceWithSpot(), Eye, new OcclusionOptions { Steps = 9 }, CancellationToken.None);
        var top = Array.IndexOf(map.UncertaintyRise, map.UncertaintyRise.Max());
        // The patch of 22 pixels at row 2, column 6 spans 20..41 and 70..91: the whole spot (30..39, 70..79) is hidden there and nowhere
        // else.
        (top / 9, top % 9).ShouldBe((2, 6));
        map.UncertaintyRise[top].ShouldBe(1, 1e-6);
        map.MeanShift[top].ShouldBe(1 - Math.Cos(1), 1e-5);
        map.UncertaintyRise[80].ShouldBe(0);
        map.Uncertainty.ShouldBe(-7, 1e-6);
    }

    [Fact]
    public void The_picture_holds_the_face_three_times_and_every_place_twice()
    {
        var svg = OcclusionMap.Of(FaceWithSpot(), Eye, new OcclusionOptions { Steps = 4 }, CancellationToken.None).Draw().ToSvg();
        svg.Split("<image").Length.ShouldBe(1 + 3);
        svg.Split("fill-opacity=\"0.62\"").Length.ShouldBe(1 + 2 * 16);
    }

    [Fact]
    public void Senseless_options_are_refused() =>
        Should.Throw<InvalidConfigurationException>(
            () => OcclusionMap.Of(FaceWithSpot(), Eye, new OcclusionOptions { Patch = 1.5 }, CancellationToken.None))
            .Message.ShouldContain("1.5");
}
