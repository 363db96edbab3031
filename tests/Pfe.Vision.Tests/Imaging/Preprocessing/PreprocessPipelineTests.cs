using System.Text.Json;
using CsCheck;
using Pfe.Vision.Imaging.Preprocessing;

namespace Pfe.Vision.Tests.Imaging.Preprocessing;

public sealed class PreprocessPipelineTests
{
    [Fact]
    public void Standardize_has_the_two_forms_of_the_demo()
    {
        var batch = Batch(2, 5, 4);
        var (centred, scaled) = (Run(batch, "[\"standardize\",\"mean_scale\"]"), Run(batch, "[\"standardize\",\"scale\"]"));
        for (var i = 0; i < batch.Values.Length; i++)
        {
            ((double)centred.Values[i]).ShouldBe((batch.Values[i] - 127.5) / 128, 1e-6);
            ((double)scaled.Values[i]).ShouldBe(batch.Values[i] / 255.0, 1e-6);
        }
    }

    [Fact]
    public void Resize_equals_a_float64_widened_triangle() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[1, 20], Gen.Int[1, 30], Gen.Int[1, 30]).Sample((height, width, toHeight, toWidth) =>
    {
        var batch = Batch(1, height, width);
        var resized = Run(batch, $"[\"resize\",[{toHeight},{toWidth}]]");
        for (var y = 0; y < toHeight; y++)
            for (var x = 0; x < toWidth; x++)
                for (var c = 0; c < 3; c++)
                {
                    double sum = 0, total = 0;
                    for (var sy = 0; sy < height; sy++)
                        for (var sx = 0; sx < width; sx++)
                        {
                            var weight = Triangle(y, sy, height, toHeight) * Triangle(x, sx, width, toWidth);
                            (sum, total) = (sum + weight * batch.Values[(sy * width + sx) * 3 + c], total + weight);
                        }
                    ((double)resized.Values[(y * toWidth + x) * 3 + c]).ShouldBe(sum / total, 1e-3);
                }
    }, iter: 60);

    [Fact]
    public void Padding_and_centre_crop_undo_each_other()
    {
        var batch = Batch(3, 6, 8);
        var padded = Run(batch, "[\"padding\",[2,3]]");
        (padded.Height, padded.Width).ShouldBe((10, 14));
        padded.Row(1, 0).ToArray().ShouldAllBe(value => value == 0);
        Run(padded, "[\"center_crop\",[6,8]]").Values.ShouldBe(batch.Values);
        Run(Run(batch, "[\"padding\",[1,2,3,4]]"), "[\"center_crop\",[6,8]]").Values[0]
            .ShouldBe(batch.Row(0, 1)[3], "halves are rounded to even: 1.5 to 2, 3.5 to 4, one beyond the borders of 1 and 3");
    }

    [Fact]
    public void Crops_are_windows_of_their_images_and_random_ones_reach_every_place()
    {
        var batch = Batch(400, 5, 4);
        var crops = Run(batch, "[\"random_crop\",[3,3]]");
        var places = new HashSet<(int, int)>();
        for (var i = 0; i < crops.Count; i++)
        {
            var found = Enumerable.Range(0, 6).Select(k => (k / 2, k % 2))
                .Where(place => Window(batch, i, place.Item1, place.Item2, 3, 3).SequenceEqual(crops.Image(i).ToArray())).ToList();
            places.Add(found.ShouldHaveSingleItem());
        }
        places.Count.ShouldBe(6);
        var five = Run(batch, "[\"five_crop\",[3,2]]");
        five.Count.ShouldBe(2000);
        // The reference's order: upper left, upper right, lower left, lower right, middle.
        (int, int)[] order = [(0, 0), (0, 2), (2, 0), (2, 2), (1, 1)];
        for (var k = 0; k < 5; k++) five.Image(5 * 7 + k).ToArray().ShouldBe(Window(batch, 7, order[k].Item1, order[k].Item2, 3, 2));
        // And each crop is followed by the same place of the mirror image, not by its own mirror image.
        var (ten, mirrored) = (Run(batch, "[\"ten_crop\",[3,2]]"), Run(batch, "[\"expand_flip\"]"));
        ten.Count.ShouldBe(4000);
        for (var k = 0; k < 10; k++)
            ten.Image(10 * 7 + k).ToArray().ShouldBe(Window(mirrored, 2 * 7 + k % 2, order[k / 2].Item1, order[k / 2].Item2, 3, 2));
    }

    [Fact]
    public void Flips_mirror_about_half_of_the_images_and_expanding_keeps_both()
    {
        var batch = Batch(1000, 2, 3);
        var both = Run(batch, "[\"expand_flip\"]");
        var flipped = Run(batch, "[\"random_flip\"]");
        var mirrored = 0;
        for (var i = 0; i < 1000; i++)
        {
            var mirror = Enumerable.Range(0, 18).Select(k => batch.Image(i)[k / 9 * 9 + (2 - k % 9 / 3) * 3 + k % 3]).ToArray();
            both.Image(2 * i).ToArray().ShouldBe(batch.Image(i).ToArray());
            both.Image(2 * i + 1).ToArray().ShouldBe(mirror);
            if (flipped.Image(i).SequenceEqual(mirror)) mirrored++;
            else flipped.Image(i).ToArray().ShouldBe(batch.Image(i).ToArray());
        }
        mirrored.ShouldBeInRange(420, 580);
    }

    [Fact]
    public void Random_shift_moves_up_and_left_by_at_most_the_ratio_and_fills_with_black()
    {
        var batch = Batch(200, 10, 20);
        var shifted = Run(batch, "[\"random_shift\",0.2]");
        var places = new HashSet<(int, int)>();
        for (var i = 0; i < 200; i++)
        {
            var found = (from down in Enumerable.Range(0, 2)
                         from right in Enumerable.Range(0, 4)
                         where Moved(batch, i, down, right).SequenceEqual(shifted.Image(i).ToArray())
                         select (down, right)).ToList();
            places.Add(found.ShouldHaveSingleItem());
        }
        places.Count.ShouldBe(8);
    }

    [Fact]
    public void Random_interpolate_mixes_pairs()
    {
        var batch = Batch(8, 4, 4);
        var mixed = Run(batch, "[\"random_interpolate\"]");
        mixed.Count.ShouldBe(4);
        var random = new Random(5);
        for (var i = 0; i < 4; i++)
        {
            var share = random.NextDouble();
            for (var k = 0; k < mixed.ImageLength; k++)
                ((double)mixed.Image(i)[k])
                    .ShouldBe(Math.Floor(share * batch.Image(2 * i)[k] + (1 - share) * batch.Image(2 * i + 1)[k]), 1e-9);
        }
        Should.Throw<PfeException>(() => Run(Batch(3, 4, 4), "[\"random_interpolate\"]")).Message.ShouldContain("3 are odd");
    }

    [Fact]
    public void Random_downsample_keeps_size_and_mean_and_loses_detail()
    {
        var batch = Batch(20, 32, 32);
        var coarse = Run(batch, "[\"random_downsample\",0.3]");
        (coarse.Height, coarse.Width).ShouldBe((32, 32));
        for (var i = 0; i < 20; i++)
        {
            coarse.Image(i).ToArray().Average().ShouldBe(batch.Image(i).ToArray().Average(), 6f);
            Deviation(coarse.Image(i).ToArray()).ShouldBeLessThanOrEqualTo(Deviation(batch.Image(i).ToArray()) * 1.0001);
        }
        Deviation(coarse.Values).ShouldBeLessThan(Deviation(batch.Values) * 0.8);
    }

    [Fact]
    public void Cutout_blackens_squares_of_a_share_of_the_height_and_nothing_else()
    {
        var batch = Batch(300, 20, 16);
        for (var k = 0; k < batch.Values.Length; k++) batch.Values[k] = Math.Max(1, batch.Values[k]);
        var cut = Run(batch, "[\"cutout\",0.3,2]");
        for (var i = 0; i < 300; i++)
        {
            var black = Enumerable.Range(0, 20 * 16).Where(p => cut.Image(i)[3 * p] == 0).ToHashSet();
            // int(20 * 0.3) // 2 = 3 to either side: squares of 6, at least a quarter of one inside.
            black.Count.ShouldBeInRange(9, 72);
            for (var p = 0; p < 20 * 16; p++)
                if (!black.Contains(p)) cut.Image(i)[3 * p].ShouldBe(batch.Image(i)[3 * p]);
        }
        Run(batch, "[\"cutout\"]").Values.Count(value => value == 0).ShouldBeGreaterThan(300 * 9 * 3);
    }

    [Fact]
    public void Rotate_turns_half_of_the_images_by_its_degrees_to_either_side()
    {
        // One white pixel at the right end of the middle row: it goes up or down by sin(9 degrees) of its distance.
        var batch = PixelBatch.Zero(400, 41, 41);
        for (var i = 0; i < 400; i++) for (var c = 0; c < 3; c++) batch.Row(i, 20)[3 * 36 + c] = 250;
        var turned = Run(batch, "[\"rotate\",3]");
        var heights = Enumerable.Range(0, 400).Select(i => Enumerable.Range(0, 41).Average(y => (double)turned.Row(i, y).ToArray()
            .Sum() * (y - 20)) / Enumerable.Range(0, 41).Average(y => (double)turned.Row(i, y).ToArray().Sum())).ToList();
        var away = 16 * Math.Sin(9 * Math.PI / 180);
        heights.ShouldAllBe(height => Math.Abs(height) < 1e-6 || Math.Abs(Math.Abs(height) - away) < 0.1);
        heights.Count(height => height > 1).ShouldBeInRange(60, 140);
        heights.Count(height => height < -1).ShouldBeInRange(60, 140);
    }

    [Fact]
    public void Gaussian_blur_spreads_half_of_the_images_by_its_radius()
    {
        var batch = PixelBatch.Zero(100, 61, 61);
        for (var i = 0; i < 100; i++) for (var y = 0; y < 61; y++) for (var c = 0; c < 3; c++) batch.Row(i, y)[3 * 30 + c] = 255;
        var blurred = Run(batch, "[\"gaussian_blur\",4]");
        var widths = Enumerable.Range(0, 100).Select(i =>
        {
            var row = blurred.Row(i, 30).ToArray();
            var sum = Enumerable.Range(0, 61).Sum(x => (double)row[3 * x]);
            return Math.Sqrt(Enumerable.Range(0, 61).Sum(x => row[3 * x] * Math.Pow(x - 30, 2)) / sum);
        }).ToList();
        widths.ShouldAllBe(width => width == 0 || Math.Abs(width - 4) < 0.3);
        widths.Count(width => width > 0).ShouldBeInRange(30, 70);
        Should.Throw<PfeException>(() => Run(batch, "[\"gaussian_blur\",-1]")).Message.ShouldContain("up to two numbers above 0");
    }

    [Fact]
    public void The_same_seed_gives_the_same_images_and_the_input_is_not_changed()
    {
        const string Steps =
            "[\"random_shift\",0.1],[\"random_downsample\",0.5],[\"random_crop\",[8,8]],[\"random_flip\"],[\"standardize\",\"mean_scale\"]";
        var batch = Batch(10, 12, 12);
        var before = batch.Values.ToArray();
        Run(batch, Steps, 3).Values.ShouldBe(Run(batch, Steps, 3).Values);
        Run(batch, Steps, 4).Values.ShouldNotBe(Run(batch, Steps, 3).Values);
        batch.Values.ShouldBe(before);
    }

    [Theory]
    [InlineData("[\"centre_crop\",[2,2]]", "there is no preprocessing operation 'centre_crop'"),
        InlineData("[\"resize\",[0,4]]", "resize takes [height, width], both above 0, not [0,4]"),
     InlineData("[\"standardize\",\"mean\"]", "\"mean_scale\" or \"scale\""),
         InlineData("[\"random_flip\",1]", "random_flip takes no argument"),
         InlineData("[\"random_downsample\",2]", "a ratio above 0 and up to 1"),
     InlineData("[]", "starts with its name")]
    public void A_wrong_operation_is_refused_with_what_would_be_right(string step, string expected) =>
        Should.Throw<InvalidConfigurationException>(() => Run(Batch(1, 4, 4), step)).Message.ShouldContain(expected);

    [Fact]
    public void A_crop_that_does_not_fit_is_refused() =>
        Should.Throw<PfeException>(() => Run(Batch(1, 4, 4), "[\"center_crop\",[5,4]]"))
            .Message.ShouldBe("center_crop: 5 x 4 (height x width) does not fit into images of 4 x 4");

    private static PixelBatch Run(PixelBatch batch, string steps, int seed = 5) =>
        PreprocessPipeline.Parse(JsonSerializer.Deserialize<JsonElement[][]>($"[{steps}]")!, "test").Apply(batch, new Random(seed));

    private static PixelBatch Batch(int count, int height, int width)
    {
        var random = new Random(count * 31 + height * 7 + width);
        return new PixelBatch(count, height, width,
            [.. Enumerable.Range(0, count * height * width * 3).Select(_ => (float)random.Next(256))]);
    }

    private static float[] Window(PixelBatch batch, int image, int top, int left, int height, int width) =>
        [.. from y in Enumerable.Range(top, height) from k in Enumerable.Range(3 * left, 3 * width)
            select batch.Image(image)[y * batch.Width * 3 + k]];

    private static float[] Moved(PixelBatch batch, int image, int down, int right) =>
        [.. from y in Enumerable.Range(0, batch.Height)
            from k in Enumerable.Range(0, batch.Width * 3)
            select y + down < batch.Height && k + 3 * right < batch.Width * 3
                ? batch.Image(image)[(y + down) * batch.Width * 3 + k + 3 * right] : 0];

    private static double Triangle(int to, int from, int size, int toSize)
    {
        var scale = (double)size / toSize;
        return Math.Max(0, 1 - Math.Abs((to + 0.5) * scale - 0.5 - from) / Math.Max(1, scale));
    }

    private static double Deviation(float[] values)
    {
        var mean = values.Average(value => (double)value);
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
