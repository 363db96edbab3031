using Pfe.Calibration;
using Pfe.Scoring;

namespace Pfe.Tests.Calibration;

/// <summary>What holds at a boundary itself, one step before it and one behind.</summary>
public sealed class BoundaryTests
{
    private static readonly ScoredPairs Pairs = SimulatedPairs.Draw(5_000, 20_000, 1, _ => 1.5);
    private static readonly ScoreCalibration Fitted =
        CalibrationFit.Fit(Pairs, SimulatedPairs.Faces(Pairs), ScoreKind.MutualLikelihood, 512, "simulated");

    [Fact]
    public void Evidence_that_just_reaches_the_threshold_is_answered_same_and_a_hair_less_is_not()
    {
        var certain = Fitted.Quality.Uncertainties[0];
        var evidence = Fitted.LogLikelihoodRatio(2, certain, certain);
        Answer At(double threshold) => (Fitted with { FalseMatch = [new RateThreshold(1e-3, threshold)] }).Decide(2, certain,
            certain).Answer;
        At(evidence).ShouldBe(Answer.Same);
        At(Math.BitDecrement(evidence)).ShouldBe(Answer.Same);
        At(Math.BitIncrement(evidence)).ShouldNotBe(Answer.Same);
    }

    [Fact]
    public void Evidence_that_just_reaches_what_genuine_pairs_have_is_not_answered_different_and_a_hair_less_is()
    {
        var certain = Fitted.Quality.Uncertainties[0];
        var evidence = Fitted.LogLikelihoodRatio(-1, certain, certain);
        Answer At(double below) => (Fitted with { DifferentBelow = below }).Decide(-1, certain, certain).Answer;
        At(evidence).ShouldBe(Answer.CannotTell);
        At(Math.BitIncrement(evidence)).ShouldBe(Answer.Different);
    }

    [Theory]
    [InlineData(1e-3, 1e-2, 1e-3, 1e-4)]
    [InlineData(1e-2, 1e-2, 1e-1)]
    [InlineData(1e-3, 1e-4, 1e-3)]
    public void The_usual_rate_is_1_in_1000_or_the_strictest_there_is_where_that_one_is_missing(double expected, params double[] rates)
    {
        var calibration = Fitted with { FalseMatch = [.. rates.Select(rate => new RateThreshold(rate, -Math.Log(rate)))] };
        calibration.DefaultFalseMatchRate.ShouldBe(expected);
        var certain = Fitted.Quality.Uncertainties[0];
        calibration.Decide(1, certain, certain).FalseMatchRate.ShouldBe(expected);
    }

    [Theory]
    [InlineData(29_999, false)]
    [InlineData(30_000, true)]
    public void From_30_expected_errors_on_an_estimate_is_reliable(int pairs, bool isReliable) =>
        ThresholdEstimate.Find(Scores(pairs), 1e-3).IsReliable.ShouldBe(isReliable);

    [Theory]
    [InlineData(2_999, false)]
    [InlineData(3_000, true)]
    public void From_3_expected_errors_on_there_is_an_estimate(int pairs, bool isThere)
    {
        if (isThere) ThresholdEstimate.Find(Scores(pairs), 1e-3).Errors.ShouldBe(3);
        else Should.Throw<PfeException>(() => ThresholdEstimate.Find(Scores(pairs), 1e-3));
    }

    [Fact]
    public void Where_every_pair_may_be_an_error_the_intervals_end_is_the_lowest_score_itself()
    {
        var scores = Scores(40);
        var found = ThresholdEstimate.Find(scores, 0.98);
        found.Low.ShouldBe(scores.Min());
        found.Threshold.ShouldBe(MathF.BitIncrement(scores.Order().First()));
    }

    private static float[] Scores(int count) => [.. Enumerable.Range(0, count).Select(i => (float)((i * 7919L) % count) / count)];
}
