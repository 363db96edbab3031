using Pfe.Fusion;
using Pfe.Gallery.Decisions;
using Pfe.Gallery.Tests.Support;

namespace Pfe.Gallery.Tests.Decisions;

public sealed class AnchorPlanTests
{
    private static readonly float[] Adult = TestFaces.Direction(1);
    private static readonly float[] Other = TestFaces.Direction(2);

    [Fact]
    public void Images_of_one_face_become_one_anchor_that_is_more_certain_than_any_of_them()
    {
        var images = Points(Adult, 6);
        var anchor = Plan(images).ShouldHaveSingleItem();
        anchor.Members.Order().ShouldBe(Enumerable.Range(0, 6));
        anchor.Face.Uncertainty.ShouldBeLessThan(images.Min(image => image.Uncertainty));
    }

    [Fact]
    public void An_uncertain_image_joins_and_hardly_counts()
    {
        var images = Points(Adult, 4).Append(FacePoint.Of(TestFaces.Image(Adult, 99, TestFaces.Bad))).ToArray();
        var anchors = Plan(images);
        anchors.ShouldHaveSingleItem();
        var weights = AnchorPlan.Weights(images, anchors);
        weights.Sum(weight => weight.Weight).ShouldBe(1, 1e-5);
        weights[4].Weight.ShouldBeLessThan(0.05);
    }

    [Fact]
    public void Child_and_adult_are_kept_apart_and_both_are_found_where_their_mean_would_not_be()
    {
        // A child's images lie four fifths of the way to somebody else: like the adult in little but the name.
        var child = TestFaces.Between(Adult, Other, 0.8);
        FacePoint[] images = [.. Points(Adult, 4), .. Points(child, 4, 50)];
        var anchors = Plan(images);
        anchors.Count.ShouldBe(2);
        anchors.Select(anchor => anchor.Members.Order().ToArray()).OrderBy(members => members[0]).ShouldBe([[0, 1, 2, 3], [4, 5, 6, 7]]);
        var ghost = Ghost(images);
        foreach (var (direction, seed) in new[] { (Adult, 700), (child, 800) })
        {
            var probe = FacePoint.Of(TestFaces.Image(direction, seed));
            var best = anchors.Max(anchor => probe.EvidenceWith(anchor.Face, TestFaces.Calibration));
            best.ShouldBeGreaterThan(TestFaces.Calibration.ThresholdAt(TestFaces.Calibration.DefaultFalseMatchRate));
            best.ShouldBeGreaterThan(probe.EvidenceWith(ghost, TestFaces.Calibration) + 1);
        }
    }

    [Fact]
    public void The_order_of_the_images_does_not_matter()
    {
        FacePoint[] images = [.. Points(Adult, 3), .. Points(Other, 3, 60), .. Points(TestFaces.Direction(3), 2, 90)];
        var expected = Sets(Plan(images), i => i);
        var random = new Random(4);
        for (var round = 0; round < 10; round++)
        {
            var order = Enumerable.Range(0, images.Length).OrderBy(_ => random.Next()).ToArray();
            Sets(Plan([.. order.Select(i => images[i])]), i => order[i]).ShouldBe(expected);
        }
    }

    [Fact]
    public void No_more_anchors_than_allowed_are_kept_and_every_image_is_in_one()
    {
        FacePoint[] images = [.. Enumerable.Range(0, 9).Select(person => FacePoint.Of(TestFaces.Image(person, 0)))];
        var anchors = AnchorPlan.Of(images, TestFaces.Calibration, 3);
        anchors.Count.ShouldBe(3);
        anchors.SelectMany(anchor => anchor.Members).Order().ShouldBe(Enumerable.Range(0, 9));
    }

    private static IReadOnlyList<Anchor> Plan(FacePoint[] images) => AnchorPlan.Of(images, TestFaces.Calibration, 5);

    private static FacePoint[] Points(float[] direction, int count, int seed = 10) =>
        [.. Enumerable.Range(0, count).Select(n => FacePoint.Of(TestFaces.Image(direction, seed + n)))];

    private static FacePoint Ghost(FacePoint[] images) =>
        FacePoint.Of(TemplateFusion.Fuse([.. images.Select(image => new FaceEmbedding(image.Mu, image.LogVariance))]));

    private static string Sets(IReadOnlyList<Anchor> anchors, Func<int, int> number) =>
        string.Join(" | ", anchors.Select(anchor => string.Join(',', anchor.Members.Select(number).Order())).Order());
}
