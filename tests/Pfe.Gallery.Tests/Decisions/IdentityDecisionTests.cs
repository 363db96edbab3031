using Pfe.Gallery.Decisions;
using Pfe.Gallery.Tests.Support;

namespace Pfe.Gallery.Tests.Decisions;

public sealed class IdentityDecisionTests
{
    private static readonly GalleryPolicy Policy = new();

    [Fact]
    public void Probabilities_of_all_persons_and_of_nobody_sum_to_one_where_all_are_listed()
    {
        var matches = Matches(TestFaces.Image(3, 9), 5);
        var result = Decide(matches, 5);
        (result.Probabilities.Sum() + result.UnknownProbability).ShouldBe(1, 1e-12);
    }

    [Fact]
    public void Two_enrolments_of_one_person_are_told_apart_by_nobody_and_the_answer_says_so()
    {
        var face = FacePoint.Of(TestFaces.Image(3, 9));
        var twice = Enumerable.Range(0, 2).Select(shot => FacePoint.Of(TestFaces.Image(3, shot)))
            .Select(anchor => new PersonScore(Guid.CreateVersion7(), face.ScoreWith(anchor), anchor.Uncertainty)).ToArray();
        var result = Decide(twice, 2, face.Uncertainty);
        if (result.Probabilities.Max() < Policy.CertainFrom)
        {
            result.Answer.ShouldBe(IdentityAnswer.CannotTell);
            result.Reason.ShouldContain("several enrolled persons");
        }
        result.UnknownProbability.ShouldBeLessThan(0.05);
    }

    [Fact]
    public void With_a_part_of_the_gallery_missing_nobody_is_called_unknown()
    {
        var stranger = Matches(TestFaces.Image(999, 0), 5);
        Decide(stranger, 5).Answer.ShouldBe(IdentityAnswer.Unknown);
        var partial = Decide(stranger, 5, coverage: 0.5);
        (partial.Answer, partial.Reason)
            .ShouldBe((IdentityAnswer.CannotTell, "only 50 % of the gallery could be searched, and nobody was found there"));
    }

    [Fact]
    public void The_more_are_enrolled_the_more_evidence_an_answer_takes()
    {
        var matches = Matches(TestFaces.Image(3, 9), 5);
        var few = Decide(matches, 5).Probabilities.Max();
        var many = Decide(matches, 1_000_000_000).Probabilities.Max();
        many.ShouldBeLessThan(few);
        Decide(matches, 1_000_000_000).Answer.ShouldNotBe(IdentityAnswer.Person);
    }

    private static PersonScore[] Matches(FaceEmbedding probe, int persons) =>
        [.. Enumerable.Range(0, persons).Select(person => FacePoint.Of(TestFaces.Image(person, 0)))
            .Select(anchor => new PersonScore(Guid.CreateVersion7(), FacePoint.Of(probe).ScoreWith(anchor), anchor.Uncertainty))
            .OrderByDescending(match => match.Score)];

    private static IdentityDecision.Result Decide(PersonScore[] matches, long persons, double? uncertainty = null, double coverage = 1) =>
        IdentityDecision.Decide(matches, persons, uncertainty ?? FacePoint.Of(TestFaces.Image(3, 9)).Uncertainty, TestFaces.Calibration,
            Policy, coverage);
}
