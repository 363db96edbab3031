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

    [Fact]
    public void Counting_a_pair_twice_is_having_it_twice()
    {
        double[] evidence = [2, 1, -1, 0.5, -2];
        bool[] same = [true, true, false, false, true];
        var counted = Reliability.Of(evidence, same, [2, 1, 3, 1, 0]);
        var repeated = Reliability.Of([2, 2, 1, -1, -1, -1, 0.5], [true, true, true, false, false, false, false]);
        counted.ExpectedCalibrationError.ShouldBe(repeated.ExpectedCalibrationError, 1e-12);
        counted.Cllr.ShouldBe(repeated.Cllr, 1e-12);
        counted.CllrMin.ShouldBe(repeated.CllrMin, 1e-12);
        counted.Middle!.Observed.ShouldBe(repeated.Middle!.Observed, 1e-12);
    }

    [Fact]
    public void The_middle_holds_the_pairs_told_10_to_90_percent()
    {
        // ln 3 is 75 %, ln 19 is 95 %: the two genuine pairs weigh 1/4 each, the two impostor pairs as well.
        var middle = Reliability.Of([Math.Log(3), Math.Log(19), -Math.Log(3), -Math.Log(19)], [true, true, false, false]).Middle!;
        (middle.From, middle.To, middle.Pairs).ShouldBe((0.1, 0.9, 2));
        middle.Stated.ShouldBe(0.5, 1e-12);
        middle.Observed.ShouldBe(0.5, 1e-12);
        Reliability.Of([9, -9], [true, false]).Middle.ShouldBeNull();
    }
}
