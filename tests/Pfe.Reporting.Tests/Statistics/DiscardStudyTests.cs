using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Statistics;
using Pfe.Samples.Cookbook;
using Pfe.Scoring;

namespace Pfe.Reporting.Tests.Statistics;

public sealed class DiscardStudyTests
{
    private static readonly EmbeddingSet Faces = SimulatedFaces.Draw(80, 6);
    private static readonly ScoredPairList Scored =
        ScoredPairList.Of(Faces, LabelledFaces.FromFolders(Faces.Paths).Pairs(), ScoreKind.Cosine);
    private static readonly double[] Certainty = [.. Pfe.Calibration.FaceUncertainty.Of(Faces).Select(value => -value)];

    [Fact]
    public void A_measure_that_orders_the_faces_like_the_first_is_behind_it_by_nothing_in_every_resample()
    {
        var study = Study(("sigma", Certainty), ("its square root", [.. Certainty.Select(value => Math.Sqrt(value + 20))]));
        study.Rows[1].Behind.ShouldBe(0);
        study.Rows[1].BehindInterval.ShouldBe(new Interval(0, 0));
    }

    [Fact]
    public void Sigma_of_simulated_faces_is_ahead_of_a_random_order_beyond_its_interval_and_the_areas_lie_in_theirs()
    {
        var random = new Random(5);
        var study = Study(("sigma", Certainty), ("random order", [.. Certainty.Select(_ => random.NextDouble())]));
        study.Rows[1].BehindInterval.Low.ShouldBeGreaterThan(0);
        study.Rows[1].Behind.ShouldBe(study.Rows[1].Curve.PartialArea - study.Rows[0].Curve.PartialArea, 1e-12);
        foreach (var row in study.Rows) row.Curve.PartialArea.ShouldBeInRange(row.Area.Low, row.Area.High);
        study.Rows[1].Area.ShouldSatisfyAllConditions(area => area.Low.ShouldBeLessThan(1), area => area.High.ShouldBeGreaterThan(1));
    }

    [Fact]
    public void Fewer_persons_give_a_wider_interval()
    {
        var few = SimulatedFaces.Draw(20, 6);
        var scored = ScoredPairList.Of(few, LabelledFaces.FromFolders(few.Paths).Pairs(), ScoreKind.Cosine);
        var narrow = Width(Study(("sigma", Certainty)).Rows[0].Area);
        Width(DiscardStudy.Of(scored, 1e-2, [("sigma", [.. Pfe.Calibration.FaceUncertainty.Of(few).Select(value => -value)])],
            new() { Resamples = 200 }).Rows[0].Area).ShouldBeGreaterThan(1.3 * narrow);

        static double Width(Interval interval) => interval.High - interval.Low;
    }

    [Fact]
    public void A_pair_that_counts_twice_is_the_same_as_two_pairs()
    {
        var random = new Random(7);
        var quality = Enumerable.Range(0, 100).Select(_ => (double)random.Next(30)).ToArray();
        var missed = Enumerable.Range(0, 100).Select(_ => random.Next(4) == 0).ToArray();
        var weights = Enumerable.Range(0, 100).Select(_ => random.Next(4)).ToArray();
        var repeated = Enumerable.Range(0, 100).SelectMany(n => Enumerable.Repeat(n, weights[n])).ToArray();
        double[] shares = [0, 0.07, 0.2, 0.5, 0.93];
        var weighted = new DiscardOrder(quality).Fnmr(missed, weights, shares);
        var listed = new DiscardOrder([.. repeated.Select(n => quality[n])])
            .Fnmr([.. repeated.Select(n => missed[n])], [.. repeated.Select(_ => 1)], shares);
        for (var s = 0; s < shares.Length; s++) weighted[s].ShouldBe(listed[s], 1e-12);
    }

    private static DiscardStudy Study(params (string Name, double[] Values)[] measures) =>
        DiscardStudy.Of(Scored, 1e-2, measures, new BootstrapOptions { Resamples = 200 });
}
