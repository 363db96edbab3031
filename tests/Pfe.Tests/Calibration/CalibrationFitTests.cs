using Pfe.Calibration;
using Pfe.Scoring;

namespace Pfe.Tests.Calibration;

/// <summary>The fit finds what the pairs were drawn with.</summary>
public sealed class CalibrationFitTests
{
    private const double GenuineLapses = 0.03, ImpostorLapses = 0.002, M = 2;

    private static ScoredPairs Lapsing(int seed, int genuine = 20_000) =>
        SimulatedPairs.Draw(genuine, 3 * genuine, seed, _ => M, GenuineLapses, ImpostorLapses);

    private static ScoreCalibration Fit(ScoredPairs pairs) =>
        CalibrationFit.Fit(pairs, SimulatedPairs.Faces(pairs), ScoreKind.MutualLikelihood, 8);

    [Fact]
    public void Lapses_and_the_evidence_between_them_are_recovered()
    {
        var (fitted, truth) = (Fit(Lapsing(1)), new ContaminationRates(GenuineLapses, ImpostorLapses));
        fitted.GenuineLapses.ShouldBe(GenuineLapses, 0.004);
        fitted.ImpostorLapses.ShouldBe(ImpostorLapses, 0.0005);
        foreach (var score in new[] { -6.0, -2, -1, 0, 0.5, 1, 2, 6 })
            fitted.LogLikelihoodRatio(score, -6.5, -6.5).ShouldBe(truth.Evidence(2 * M * score), 0.3, $"at score {score}");
    }

    [Fact]
    public void Where_pairs_lapse_the_fit_costs_less_than_a_straight_line_on_pairs_neither_saw()
    {
        var (training, other) = (Lapsing(1), Lapsing(2));
        var line = StraightLine(training);
        var straight = Reliability.Of(other.Scores.Select(score => line[0] * score + line[1]).ToArray(), other.Same.ToArray());
        var fitted = Reliability.Of(Fit(training), other);
        (straight.Cllr - straight.CllrMin).ShouldBeGreaterThan(0.03);
        (fitted.Cllr - fitted.CllrMin).ShouldBeLessThan(0.005);
        // The straight line states too much in the middle, as it did on real faces.
        Math.Abs(straight.Middle!.Stated - straight.Middle.Observed)
            .ShouldBeGreaterThan(2 * Math.Abs(fitted.Middle!.Stated - fitted.Middle.Observed));
        fitted.Middle.Observed.ShouldBe(fitted.Middle.Stated, 0.03);
    }

    [Fact]
    public void Lapses_that_no_pair_shows_are_no_rarer_than_one_in_their_number()
    {
        var fitted = Fit(SimulatedPairs.Draw(500, 5_000, 1, _ => 4));
        fitted.GenuineLapses.ShouldBe(1.0 / 502, 1e-9);
        fitted.ImpostorLapses.ShouldBe(1.0 / 5_002, 1e-9);
    }

    [Fact]
    public void What_unlike_faces_add_to_every_score_is_taken_off_the_evidence()
    {
        // Two faces that differ by d score 0.4 d higher, whoever they show: 2 m 0.4 d nats that mean nothing.
        var pairs = SimulatedPairs.Draw(20_000, 60_000, 3, _ => 1, shift: 0.4);
        var fitted = Fit(pairs);
        fitted.Unlikeness.ShouldBe(-0.8, 0.06);
        fitted.LogLikelihoodRatio(0.8, -7.5, -5.5).ShouldBe(0, 0.15);
    }

    [Fact]
    public void Thirty_genuine_pairs_give_a_calibration_that_misleads_nobody()
    {
        for (var seed = 0; seed < 20; seed++)
            Reliability.Of(Fit(SimulatedPairs.Draw(30, 300, seed, _ => 1.5)), SimulatedPairs.Draw(2_000, 6_000, 100, _ => 1.5))
                .Cllr.ShouldBeLessThan(0.6);
    }

    [Fact]
    public void Reviewed_pairs_sharpen_the_fit_though_they_are_picked_and_of_other_odds()
    {
        // Few pairs as they come, and many that were picked because the evidence lay between -3 and 3, nine in ten of one person.
        var (plain, helped) = (0.0, 0.0);
        for (var seed = 0; seed < 20; seed++)
        {
            var few = SimulatedPairs.Draw(40, 400, seed, _ => 1.5);
            var picked = Picked(SimulatedPairs.Draw(2_700, 300, 1000 + seed, _ => 1.5), score => Math.Abs(3 * score) < 3);
            var other = SimulatedPairs.Draw(2_000, 6_000, 100, _ => 1.5);
            var alone = Fit(few);
            var both = CalibrationFit.Fit(few, picked, SimulatedPairs.Faces(few), ScoreKind.MutualLikelihood, 8, "", default);
            (plain, helped) = (plain + Reliability.Of(alone, other).Cllr, helped + Reliability.Of(both, other).Cllr);
            // Rates and counts are of pairs as they come.
            (both.GenuinePairs, both.ImpostorPairs, both.FalseMatch.Count).ShouldBe((40, 400, alone.FalseMatch.Count));
        }
        helped.ShouldBeLessThan(plain);
    }

    [Fact]
    public void Two_reviewed_pairs_of_one_kind_change_hardly_anything()
    {
        var pairs = SimulatedPairs.Draw(500, 5_000, 1, _ => 1.5);
        var reviewed = new ScoredPairs([0.1f, -0.2f], [true, true], [-6, -6.5], [-6, -40]);
        var fitted = CalibrationFit.Fit(pairs, reviewed, SimulatedPairs.Faces(pairs), ScoreKind.MutualLikelihood, 8, "", default);
        foreach (var score in new[] { -2.0, 0, 2 })
            fitted.LogLikelihoodRatio(score, -6.5, -6.5).ShouldBe(Fit(pairs).LogLikelihoodRatio(score, -6.5, -6.5), 0.1);
    }

    private static ScoredPairs Picked(ScoredPairs from, Func<float, bool> wanted)
    {
        var kept = Enumerable.Range(0, from.Count).Where(n => wanted(from.Scores[n])).ToArray();
        return new([.. kept.Select(n => from.Scores[n])], [.. kept.Select(n => from.Same[n])],
            [.. kept.Select(n => from.Uncertainty1[n])], [.. kept.Select(n => from.Uncertainty2[n])]);
    }

    // What the calibration was before it knew of lapses: plain logistic regression, here by the same code with the lapses held at next to
    // nothing.
    private static double[] StraightLine(ScoredPairs pairs)
    {
        double[] features = [.. pairs.Scores.SelectMany(score => new[] { (double)score, 1 })];
        double[] weights = [.. pairs.Same.Select(same => 0.5 / (same ? pairs.GenuineCount : pairs.ImpostorCount))];
        var (free, none) = (double.PositiveInfinity, -30);
        return EvidenceRegression.Fit(
            new(features, 2, pairs.Same, weights), [0, 0, none, none], [-free, -free, none, none], [free, free, none, none],
            CancellationToken.None);
    }
}
