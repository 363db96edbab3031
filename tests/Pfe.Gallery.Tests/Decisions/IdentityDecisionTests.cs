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

    [Theory]
    [InlineData(1_000, 2.5, -6)]
    [InlineData(100_000, 2.5, -6)]
    [InlineData(100_000, 1.5, -4)]
    public void What_those_who_are_not_listed_add_is_bounded_from_those_who_are(int persons, double deviation, double mean)
    {
        // Evidence of strangers is Gaussian here: its quantiles stand for a gallery of that size.
        var all = Enumerable.Range(0, persons).Select(rank => mean + deviation * Quantile(1 - (rank + 0.5) / persons)).ToArray();
        var listed = all[..64];
        var (truth, estimate) = (all[64..].Sum(Math.Exp), IdentityDecision.Rest(listed, persons, double.NegativeInfinity));
        estimate.ShouldBeGreaterThanOrEqualTo(truth);
        estimate.ShouldBeLessThan((persons - 64) * Math.Exp(listed[^1]) / 2, "no better than the last one for all");
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

    // By bisection of the distribution function (Abramowitz and Stegun 7.1.26 for erf, error below 2e-7).
    private static double Quantile(double probability)
    {
        var (low, high) = (-9.0, 9.0);
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            if (Distribution(middle) < probability) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }

    private static double Distribution(double x)
    {
        var t = 1 / (1 + 0.3275911 * Math.Abs(x) / Math.Sqrt(2));
        var erf = 1 - t * Math.Exp(-x * x / 2)
            * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
        return 0.5 * (1 + Math.Sign(x) * erf);
    }

    private static PersonScore[] Matches(FaceEmbedding probe, int persons) =>
        [.. Enumerable.Range(0, persons).Select(person => FacePoint.Of(TestFaces.Image(person, 0)))
            .Select(anchor => new PersonScore(Guid.CreateVersion7(), FacePoint.Of(probe).ScoreWith(anchor), anchor.Uncertainty))
            .OrderByDescending(match => match.Score)];

    private static IdentityDecision.Result Decide(PersonScore[] matches, long persons, double? uncertainty = null, double coverage = 1) =>
        IdentityDecision.Decide(matches, persons, uncertainty ?? FacePoint.Of(TestFaces.Image(3, 9)).Uncertainty, TestFaces.Calibration,
            Policy, coverage);
}
