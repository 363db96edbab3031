using Pfe.Evaluation.Pairs;
using Pfe.Evaluation.Statistics;
using Pfe.Samples.Cookbook;
using Pfe.Scoring;

namespace Pfe.Reporting.Tests.Statistics;

public sealed class RatesTests
{
    [Fact]
    public void Groups_count_only_pairs_within_themselves()
    {
        var pairs = new PairList([0, 0, 1, 2, 3], [1, 2, 3, 3, 4], [true, false, false, true, false], null);
        float[] scores = [0.9f, 0.9f, 0.1f, 0.2f, 0.9f];
        var scored = new ScoredPairList(pairs, ScoreKind.Cosine, scores, [0.9f, 0.2f], [0.9f, 0.1f, 0.9f]);
        var rates = SubgroupRates.Of(["x", "x", "y", "y", null], [-1, -3, -5, -7, -9], scored, 0.5);
        rates.Select(rate => (rate.Group, rate.Faces, rate.Genuine, rate.Impostor)).ShouldBe([("x", 2, 1, 0), ("y", 2, 1, 0)]);
        (rates[0].Fnmr.Rate, rates[1].Fnmr.Rate, rates[1].MeanUncertainty).ShouldBe((0, 1, -6));
        double.IsNaN(rates[0].Fmr.Rate).ShouldBeTrue();
        rates[0].Fnmr.Low.ShouldBe(0);
        rates[0].Fnmr.High.ShouldBeGreaterThan(0.5);
    }

    [Fact]
    public void Sigmas_interval_in_a_group_counts_persons_and_not_their_many_images()
    {
        // Two persons, ten images each, who differ: twenty faces are no twenty pieces of evidence.
        int[] persons = [.. Enumerable.Range(0, 20).Select(row => row / 10)];
        double[] uncertainty = [.. persons.Select(person => -6.0 - person)];
        SubgroupRates Rates(int[]? identities) => SubgroupRates.Of(Enumerable.Repeat<string?>("x", 20).ToArray(), uncertainty,
            new ScoredPairList(new PairList([0], [1], [true], identities), ScoreKind.Cosine, [1], [1], []), 0.5)[0];
        var (known, unknown) = (Rates(persons).Uncertainty, Rates(null).Uncertainty);
        // Standard error of two persons' mean: deviation sqrt(1/2), over the root of 2.
        known.High.ShouldBe(-6.5 + 1.96 * 0.5, 1e-9);
        (unknown.High - unknown.Low).ShouldBeLessThan((known.High - known.Low) / 2);
        double.IsNaN(Rates(new int[20]).Uncertainty.Low).ShouldBeTrue();
    }

    [Fact]
    public void The_thresholds_interval_resamples_persons_and_is_wider_than_if_pairs_were_independent()
    {
        var faces = SimulatedFaces.Draw(60, 6);
        var scored = ScoredPairList.Of(faces, LabelledFaces.FromFolders(faces.Paths).Pairs(), ScoreKind.MutualLikelihood);
        var persons = ThresholdInterval.Find(scored, 1e-2);
        var pairs = Calibration.ThresholdEstimate.Find(scored.Impostor, 1e-2);
        persons.Threshold.ShouldBe(pairs.Threshold);
        (persons.High - persons.Low).ShouldBeGreaterThan(pairs.High - pairs.Low);
    }
}
