using Pfe.Calibration;

namespace Pfe.Tests.Calibration;

public sealed class ThresholdEstimateTests
{
    private static float[] Uniform(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];
    }

    [Fact]
    public void The_threshold_lets_the_wanted_share_through()
    {
        var found = ThresholdEstimate.Find(Uniform(100_000, 1), 1e-3);
        found.Errors.ShouldBe(100);
        found.IsReliable.ShouldBeTrue();
        found.Low.ShouldBeLessThan(found.Threshold);
        found.High.ShouldBeGreaterThan(found.Threshold);
    }

    [Fact]
    public void The_interval_holds_the_true_threshold_in_about_95_of_100_experiments()
    {
        var covered = Enumerable.Range(0, 400)
            .Count(seed => ThresholdEstimate.Find(Uniform(5_000, seed), 0.01) is var found && found.Low <= 0.99 && 0.99 <= found.High);
        covered.ShouldBeInRange(364, 396);
    }

    [Fact]
    public void Fewer_than_three_expected_errors_are_refused_with_the_number_of_pairs_that_would_do()
    {
        var message = Should.Throw<PfeException>(() => ThresholdEstimate.Find(Uniform(3_000, 1), 1e-4)).Message;
        message.ShouldContain("3,000 impostor pairs cannot support the false-match rate 1E-4");
        message.ShouldContain("30,000 pairs at least");
        message.ShouldContain("300,000 to be steady");
    }

    [Fact]
    public void Between_3_and_30_expected_errors_the_estimate_says_that_it_is_unsteady() =>
        ThresholdEstimate.Find(Uniform(10_000, 1), 1e-3).IsReliable.ShouldBeFalse();

    [Fact]
    public void Ties_at_the_threshold_never_raise_the_rate_above_the_stated_one()
    {
        var scores = Enumerable.Repeat(1f, 500).Concat(Uniform(500, 1)).ToArray();
        ThresholdEstimate.Find(scores, 0.1).Errors.ShouldBe(0);
    }
}
