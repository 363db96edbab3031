using CsCheck;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Imaging.Preprocessing;

namespace Pfe.Vision.Tests.Faces;

public sealed class ReferenceAlignmentTests
{
    private static readonly Gen<FiveLandmarks> GenFace = Gen.Select(Gen.Double[-400, 400], Gen.Double[-400, 400], (x, y) =>
        new Point2(x, y))
        .Array[5].Select(points => FiveLandmarks.From(points)).Where(face => face.EyeDistance > 20);

    [Fact]
    public void A_nose_moved_by_20_pixels_leaves_the_references_scale_and_shrinks_the_other_fit()
    {
        var template = AlignmentTemplate.Reference;
        var face = template.Points with { Nose = new Point2(template.Points.Nose.X + 20, template.Points.Nose.Y) };
        Scale(template.ToSource(face)).ShouldBe(1.000, 5e-4);
        Scale((template with { Fit = AlignmentFit.PhotoToTemplate }).ToSource(face)).ShouldBe(1 / 0.894, 1e-3);
    }

    [Fact]
    public void The_references_templates_are_fitted_as_cp2tform_fits_at_every_size() =>
        Gen.Select(GenFace, Gen.Int[20, 300], Gen.Int[20, 300], Gen.Double[0.3, 2]).Sample((face, width, height, scale) =>
        {
            var template = AlignmentTemplate.OfReference(width, height, scale);
            var matrix = ReferenceAlignment.Fit(face, template.Points);
            var toSource = template.ToSource(face);
            foreach (var point in new[] { new Point2(0, 0), new Point2(width, 0), new Point2(0, height) })
            {
                var photo = toSource.Apply(point);
                var back = new Point2(matrix[0] * photo.X + matrix[1] * photo.Y + matrix[2], matrix[3] * photo.X + matrix[4] * photo.Y
                    + matrix[5]);
                back.DistanceTo(point).ShouldBeLessThan(1e-6 * (1 + Math.Abs(matrix[0]) + Math.Abs(matrix[1])) * 1000);
            }
        }, iter: 2000);

    [Fact]
    public void ArcFaces_template_is_fitted_from_the_photograph_as_InsightFace_does()
    {
        AlignmentTemplate.ArcFace.Fit.ShouldBe(AlignmentFit.PhotoToTemplate);
        // Umeyama's estimate from the photograph's points to the template's: the same problem with the two exchanged.
        GenFace.Sample(face =>
        {
            var inverse = ReferenceAlignment.Fit(AlignmentTemplate.ArcFace.Points, face);
            var point = AlignmentTemplate.ArcFace.ToSource(face).Apply(new Point2(30, 70));
            point.DistanceTo(new Point2(inverse[0] * 30 + inverse[1] * 70 + inverse[2], inverse[3] * 30 + inverse[4] * 70 + inverse[5]))
                .ShouldBeLessThan(1e-5 * (1 + point.DistanceTo(default)));
        }, iter: 1000);
    }

    [Fact]
    public void Landmarks_that_coincide_are_refused_by_either_fit()
    {
        var one = new FiveLandmarks(new(3.1, 4.7), new(3.1, 4.7), new(3.1, 4.7), new(3.1, 4.7), new(3.1, 4.7));
        foreach (var template in AlignmentTemplate.All)
            Should.Throw<PfeException>(() => template.ToSource(one)).Message.ShouldContain("(3.1, 4.7)");
    }

    [Fact]
    public void Two_hundred_LFW_faces_equal_the_references_to_the_pixel()
    {
        var (sum, count, largest) = (0.0, 0L, 0);
        foreach (var (photo, face) in LfwFaces(200))
        {
            var template = AlignmentTemplate.Reference;
            var expected = ReferenceAlignment.Warp(photo, ReferenceAlignment.Fit(face, template.Points), template.Width, template.Height);
            var aligned = Warp.ToImage(photo, template.ToSource(face), template.Width, template.Height).Pixels;
            for (var i = 0; i < expected.Length; i++)
            {
                var difference = Math.Abs(expected[i] - aligned[i]);
                (sum, count, largest) = (sum + difference, count + 1, Math.Max(largest, difference));
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"mean {sum / count:0.0000} grey levels, at most {largest}");
        (sum / count).ShouldBeLessThanOrEqualTo(0.15);
        largest.ShouldBeLessThanOrEqualTo(4);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void A_face_reduced_by_two_and_more_differs_from_the_references_plain_warp_by_what_halving_takes_away(int enlarged)
    {
        var (sum, count) = (0.0, 0L);
        foreach (var (small, shown) in LfwFaces(12))
        {
            // LFW's photographs are small: enlarged, with the noise that a camera would add between its pixels.
            var photo = Enlarged(small, enlarged);
            var face = shown.Map(AffineMap.Stretch(small.Width, small.Height, photo.Width, photo.Height));
            var template = AlignmentTemplate.Reference;
            var (level, map) = new Pyramid(photo).For(template.ToSource(face));
            if (level.Width == photo.Width) continue;
            var expected = ReferenceAlignment.Warp(photo, ReferenceAlignment.Fit(face, template.Points), template.Width, template.Height);
            var aligned = Warp.ToImage(level, map, template.Width, template.Height).Pixels;
            for (var i = 0; i < expected.Length; i++) (sum, count) = (sum + Math.Abs(expected[i] - aligned[i]), count + 1);
        }
        count.ShouldBeGreaterThan(6 * 96 * 112 * 3);
        TestContext.Current.TestOutputHelper?.WriteLine($"enlarged {enlarged} times: mean {sum / count:0.00} grey levels");
        // Noise of 8 grey levels has a mean of 6.4: a plain bilinear warp keeps most of it, the halved one loses it.
        (sum / count).ShouldBeInRange(1, 6.4);
    }

    private static Image Enlarged(Image image, int times)
    {
        var batch = PixelBatch.Of([image]);
        var large =
            PreprocessPipeline.Parse(
            [[.. System.Text.Json.JsonDocument.Parse($"[\"resize\",[{times * image.Height},{times * image.Width}]]")
            .RootElement.EnumerateArray()]], "test").Apply(batch, new Random(1));
        var random = new Random(7);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return new Image(large.Width, large.Height,
            [.. large.Values.Select(value => (byte)Math.Clamp(Math.Round(value + 8 * Normal()), 0, 255))]);
    }

    private static double Scale(AffineMap map) => Math.Sqrt(Math.Abs(map.Xx * map.Yy - map.Xy * map.Yx));

    /// <summary>Evenly spread over the authors' landmark list.</summary>
    private static IEnumerable<(Image Photo, FiveLandmarks Face)> LfwFaces(int count)
    {
        var lines = LandmarkList.Read(Needs.Data("lfw/landmarks_mtcnn.txt"), LandmarkOrder.Transposed);
        var root = Needs.Data("lfw/images");
        return lines.Where((_, index) => index % (lines.Count / count) == 0).Take(count)
            .Select(line => (Image.Load(Path.Combine(root, line.Path)), line.Landmarks));
    }
}
