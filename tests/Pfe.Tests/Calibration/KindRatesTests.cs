using Pfe.Calibration;

namespace Pfe.Tests.Calibration;

/// <summary>How many pairs of a kind got which answer.</summary>
public sealed class KindRatesTests
{
    private static readonly KindPairs s_pairs = new(PairFamily.SameDamage, "mask", [-2, -1, 0, 1, 2], [-3, -1, 0.5, 1]);

    [Fact]
    public void Each_pair_gets_one_answer_and_the_thresholds_belong_to_the_upper_one() =>
        KindRates.Of(s_pairs, accept: 1, reject: -1).ShouldBe(new KindRates("same damage: mask", 5, 4, WrongSame: 1, WrongDifferent: 1,
            CannotTellGenuine: 2, CannotTellImpostor: 2));

    [Fact]
    public void A_threshold_of_different_above_that_of_same_leaves_nothing_between_them() =>
        KindRates.Of(s_pairs, accept: 1, reject: 2).ShouldBe(KindRates.Of(s_pairs, accept: 1, reject: 1));

    [Fact]
    public void A_promise_is_broken_only_where_the_whole_interval_lies_above_it()
    {
        // 10 of 1,000: 0.54 to 1.83 % (Wilson).
        var rates = new KindRates("x", 0, 1000, WrongSame: 10, 0, 0, 0);
        rates.Keeps(0.006).ShouldBeTrue();
        rates.Keeps(0.005).ShouldBeFalse();
        (rates with { ImpostorPairs = 0 }).Keeps(1e-9).ShouldBeTrue();
    }
}
