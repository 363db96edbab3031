using Pfe.Calibration;

namespace Pfe.Tests.Calibration;

public sealed class ReliabilityTests
{
    [Fact]
    public void Saying_nothing_costs_one_bit() => Reliability.Of([0, 0, 0, 0], [true, false, false, false]).Cllr.ShouldBe(1, 1e-12);

    [Fact]
    public void Cllr_equals_its_definition_computed_by_hand()
    {
        // One genuine pair at ln 3 (costs log2(4/3)), two impostor pairs at -ln 3 and ln 1 (cost log2(4/3) and 1).
        var found = Reliability.Of([Math.Log(3), -Math.Log(3), 0], [true, false, false]);
        found.Cllr.ShouldBe((Math.Log2(4.0 / 3) + (Math.Log2(4.0 / 3) + 1) / 2) / 2, 1e-12);
        found.CllrMin.ShouldBe(0, 1e-12);
    }

    [Fact]
    public void The_best_monotone_mapping_pools_pairs_that_are_in_the_wrong_order()
    {
        // Impostor above genuine: the only monotone mapping is one probability of 1/2 for both.
        Reliability.Of([1, 2], [true, false]).CllrMin.ShouldBe(1, 1e-12);
    }

    [Fact]
    public void Overconfidence_shows_as_calibration_error_and_as_cost_above_the_minimum()
    {
        var random = new Random(1);
        var (evidence, same) = (new double[20_000], new bool[20_000]);
        for (var n = 0; n < same.Length; n++)
        {
            same[n] = n % 2 == 0;
            evidence[n] = 2 * ((same[n] ? 1 : -1) + SimulatedPairs.Gaussian(random));
        }
        var honest = Reliability.Of(evidence, same);
        var overconfident = Reliability.Of(evidence.Select(e => 3 * e).ToArray(), same);
        honest.ExpectedCalibrationError.ShouldBeLessThan(0.02);
        overconfident.ExpectedCalibrationError.ShouldBeGreaterThan(0.08);
        overconfident.CllrMin.ShouldBe(honest.CllrMin, 1e-9);
        overconfident.Cllr.ShouldBeGreaterThan(honest.Cllr + 0.1);
    }

    [Fact]
    public void Bins_count_every_pair_once_and_their_intervals_hold_the_observed_share()
    {
        var random = new Random(2);
        var evidence = Enumerable.Range(0, 500).Select(_ => 10 * random.NextDouble() - 5).ToArray();
        var same = evidence.Select(e => random.NextDouble() < 1 / (1 + Math.Exp(-e))).ToArray();
        var bins = Reliability.Of(evidence, same).Bins;
        bins.Sum(bin => bin.Pairs).ShouldBe(500);
        bins.ShouldAllBe(bin => bin.Low <= bin.Observed && bin.Observed <= bin.High && bin.From <= bin.Stated && bin.Stated <= bin.To);
    }
}
