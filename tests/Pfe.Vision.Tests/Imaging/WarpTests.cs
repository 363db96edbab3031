using CsCheck;
using Pfe.Onnx;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Imaging;

public sealed class WarpTests
{
    private static readonly Gen<(int W, int H, int Seed, AffineMap Map)> Cases =
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[0, 9999],
            Gen.Select(Gen.Double[-3, 3], Gen.Double[-3, 3], Gen.Double[-20, 40], Gen.Double[-3, 3], Gen.Double[-3, 3], Gen.Double[-20, 40],
                (a, b, c, d, e, f) => new AffineMap(a, b, c, d, e, f)),
            (w, h, seed, map) => (w, h, seed, map));

    [Fact]
    public void Every_pixel_is_within_half_a_grey_level_of_a_float64_reference() => Cases.Sample(test =>
    {
        var source = Drawn.Noise(test.W, test.H, test.Seed);
        var warped = Warp.ToImage(source, test.Map, 17, 23);
        for (var i = 0; i < warped.Pixels.Length; i++)
            ((double)warped.Pixels[i]).ShouldBe(Reference(source, test.Map, i / 3 % 17, i / 3 / 17, i % 3), 0.51);
    }, iter: 2000);

    [Fact]
    public void The_tensor_holds_unrounded_values_in_planes() => Cases.Sample(test =>
    {
        var source = Drawn.Noise(test.W, test.H, test.Seed);
        var tensor = new float[3 * 17 * 23];
        Warp.ToTensor(source, test.Map, 17, 23, PixelFormat.Rgb, tensor);
        for (var i = 0; i < tensor.Length; i++)
            ((double)tensor[i]).ShouldBe(Reference(source, test.Map, i % 17, i / 17 % 23, i / (17 * 23)), 0.01);
    }, iter: 2000);

    [Fact]
    public void Bgr_swaps_the_outer_planes_and_the_format_normalises()
    {
        var source = new Image(1, 1, [10, 20, 30]);
        var tensor = new float[3];
        Warp.ToTensor(source, new AffineMap(1, 0, 0, 0, 1, 0), 1, 1,
            new PixelFormat(ChannelOrder.Bgr, new PlaneValues(127, 126, 125), new PlaneValues(128, 64, 2)), tensor);
        tensor.ShouldBe([(30 - 127) / 128f, (20 - 126) / 64f, (10 - 125) / 2f]);
    }

    [Fact]
    public void The_identity_returns_the_image_bit_for_bit()
    {
        var source = Drawn.Noise(31, 22, 5);
        Warp.ToImage(source, new AffineMap(1, 0, 0, 0, 1, 0), 31, 22).Pixels.SequenceEqual(source.Pixels).ShouldBeTrue();
    }

    [Fact]
    public void A_map_that_is_not_finite_gives_black_instead_of_reading_outside_the_image()
    {
        var source = Drawn.Noise(8, 8, 5);
        foreach (var bad in new[] { double.NaN, double.PositiveInfinity, 1e300, -1e300 })
            Warp.ToImage(source, new AffineMap(bad, 0, bad, 0, 1, 0), 8, 8).Pixels.IndexOfAnyExcept((byte)0).ShouldBe(-1);
    }

    [Fact]
    public void A_destination_of_the_wrong_length_is_refused() =>
        Should.Throw<ArgumentException>(() => Warp.ToTensor(Drawn.Noise(4, 4, 1), default, 4, 4, PixelFormat.Rgb, new float[47]));

    /// <summary>The definition: four neighbours, zero outside, float64.</summary>
    private static double Reference(Image source, AffineMap map, int x, int y, int channel)
    {
        var (sx, sy) = (map.Xx * x + map.Xy * y + map.X0, map.Yx * x + map.Yy * y + map.Y0);
        var sum = 0.0;
        for (var ny = (int)Math.Floor(sy); ny <= (int)Math.Floor(sy) + 1; ny++)
            for (var nx = (int)Math.Floor(sx); nx <= (int)Math.Floor(sx) + 1; nx++)
                if (nx >= 0 && ny >= 0 && nx < source.Width && ny < source.Height)
                    sum += (1 - Math.Abs(sx - nx)) * (1 - Math.Abs(sy - ny)) * source.Pixels[(ny * source.Width + nx) * 3 + channel];
        return sum;
    }

    [Theory]
    [InlineData(0.7, 0.4, -3.3, 2.1)]
    [InlineData(1.9, 1.1, 0.25, -0.5)]
    [InlineData(-0.8, 0.9, 60, -2)]
    [InlineData(3, 3, -40, -30)]
    [InlineData(0.01, 0.01, 5, 5)]
    public void Without_rotation_the_bits_are_those_of_the_general_way(double xx, double yy, double x0, double y0)
    {
        var image = Drawn.Noise(64, 48, 5);
        var straight = new AffineMap(xx, 0, x0, 0, yy, y0);
        // Too little to move anything, and not 0.
        var general = straight with { Xy = 1e-300, Yx = 1e-300 };
        Warp.ToImage(image, straight, 70, 50).Pixels.ToArray().ShouldBe(Warp.ToImage(image, general, 70, 50).Pixels.ToArray());
        var (a, b) = (new float[3 * 70 * 50], new float[3 * 70 * 50]);
        Warp.ToTensor(image, straight, 70, 50, PixelFormat.Rgb, a);
        Warp.ToTensor(image, general, 70, 50, PixelFormat.Rgb, b);
        a.ShouldBe(b);
    }
}
