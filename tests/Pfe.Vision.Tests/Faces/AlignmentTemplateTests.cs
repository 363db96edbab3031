using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Faces;

public sealed class AlignmentTemplateTests
{
    [Fact]
    public void The_demo_template_has_the_published_places()
    {
        // 48 + 112 * x and 56 + 112 * y for the reference's relative points.
        var points = AlignmentTemplate.Reference.Points;
        points.LeftEye.DistanceTo(new Point2(30.294599952, 51.69629999)).ShouldBeLessThan(1e-6);
        points.Nose.DistanceTo(new Point2(48.0252, 71.736599984)).ShouldBeLessThan(1e-6);
        points.RightMouth.DistanceTo(new Point2(62.729899968, 92.204100016)).ShouldBeLessThan(1e-6);
    }

    [Fact]
    public void Landmarks_land_on_the_template()
    {
        foreach (var template in AlignmentTemplate.All)
        {
            var face = template.Points.Map(new SimilarityTransform(1.7, 0.4, 30, -12).ToMap());
            for (var i = 0; i < 5; i++)
                template.ToSource(face).Apply(template.Points[i]).DistanceTo(face[i]).ShouldBeLessThan(1e-9);
        }
    }

    [Fact]
    public void A_larger_input_shows_the_same_part_of_the_face()
    {
        var template = AlignmentTemplate.Reference;
        var plain = template.ToSource(template.Points);
        var stretched = template.ToSource(template.Points, 128, 128);
        // The outer corners of the first and last pixel lie at -0.5 and size - 0.5.
        stretched.Apply(new Point2(-0.5, -0.5)).DistanceTo(plain.Apply(new Point2(-0.5, -0.5))).ShouldBeLessThan(1e-9);
        stretched.Apply(new Point2(127.5, 127.5)).DistanceTo(plain.Apply(new Point2(95.5, 111.5))).ShouldBeLessThan(1e-9);
    }

    [Fact]
    public void The_demos_template_has_a_name_at_any_size()
    {
        AlignmentTemplate.Named("demo-160x200").ShouldBe(AlignmentTemplate.OfReference(160, 200));
        AlignmentTemplate.Named(AlignmentTemplate.Reference.Name).ShouldBe(AlignmentTemplate.Reference);
        foreach (var wrong in new[] { "demo-", "demo-96", "demo-0x112", "demo-96x-1", "demo-96x112x3", "Demo-96x112" })
            Should.Throw<PfeException>(() => AlignmentTemplate.Named(wrong)).Message.ShouldContain($"no alignment template '{wrong}'");
    }

    [Fact]
    public void An_unknown_name_is_refused_with_the_known_ones() =>
        Should.Throw<PfeException>(() => AlignmentTemplate.Named("arcface"))
            .Message.ShouldBe("there is no alignment template 'arcface'; there are arcface-112x112, demo-96x112");

    [Fact]
    public void A_picture_of_a_few_pixels_is_no_aligned_face()
    {
        AlignmentTemplate.ArcFace.RequireShape(Drawn.Noise(16, 16, 1), "a.png");
        Should.Throw<PfeException>(() => AlignmentTemplate.ArcFace.RequireShape(Drawn.Noise(1, 1, 1), "a.png")).Message
            .ShouldBe("image 'a.png': 1 x 1 pixels are too few for an aligned face; at least 16 a side are wanted");
    }
}
