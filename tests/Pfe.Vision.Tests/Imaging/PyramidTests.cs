using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Imaging;

public sealed class PyramidTests
{
    [Fact]
    public void A_reduction_below_two_uses_the_photograph_itself()
    {
        var photo = new Pyramid(Drawn.Noise(50, 40, 1));
        var map = new AffineMap(1.9, 0, 3, 0, 1.9, 4);
        photo.For(map).ShouldBe((photo.Image, map));
    }

    [Fact]
    public void Halvings_keep_every_point_in_its_place()
    {
        // A plane is reproduced by averaging and by interpolation alike, so any shift would show.
        var photo = new Pyramid(Drawn.Gradient(256, 256));
        var toSource = new AffineMap(5.5, 0, 30, 0, 5.5, 20);
        var (image, map) = photo.For(toSource);
        image.Width.ShouldBe(64);
        var small = Warp.ToImage(image, map, 30, 30);
        for (var i = 0; i < 30; i++)
        {
            ((double)small.Row(i)[3 * i]).ShouldBe(30 + 5.5 * i, 1.6);
            ((double)small.Row(i)[3 * i + 1]).ShouldBe(20 + 5.5 * i, 1.6);
        }
    }

    [Fact]
    public void Fine_noise_averages_out_instead_of_aliasing()
    {
        var photo = new Pyramid(Drawn.Noise(512, 512, 3));
        var (image, map) = photo.For(AffineMap.Stretch(32, 32, 512, 512));
        var small = Warp.ToImage(image, map, 32, 32).Pixels.ToArray().Select(value => (double)value).ToList();
        var mean = small.Average();
        // 256 independent pixels of deviation 73.9 have a mean of deviation 4.6; four neighbours alone would leave at least 18.
        Math.Sqrt(small.Average(value => (value - mean) * (value - mean))).ShouldBeLessThan(10);
    }

    [Fact]
    public void A_single_row_cannot_be_halved_and_is_used_as_it_is() =>
        new Pyramid(Drawn.Noise(400, 1, 1)).For(AffineMap.Stretch(10, 1, 400, 1)).Image.Height.ShouldBe(1);
}
