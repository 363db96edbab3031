using CsCheck;
using Pfe.Reporting.Charts;

namespace Pfe.Reporting.Tests.Charts;

public sealed class AxisTests
{
    [Fact]
    public void A_logarithmic_axis_has_a_tick_a_decade() =>
        new Axis("FMR", 1e-4, 1, Logarithmic: true).Ticks(5).Select(tick => tick.Label).ShouldBe(["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1"]);

    [Fact]
    public void A_percent_axis_says_so() =>
        new Axis("share", 0, 0.3, Percent: true).Ticks(4).Select(tick => tick.Label).ShouldBe(["0 %", "10 %", "20 %", "30 %"]);

    [Fact]
    public void Negative_values_carry_a_minus_sign() =>
        new Axis("ln", -8, -6).Ticks(3).Select(tick => tick.Label).ShouldBe(["−8", "−7", "−6"]);

    [Fact]
    public void Ticks_lie_in_the_range_differ_in_their_labels_and_are_neither_one_nor_a_crowd() =>
        Gen.Select(Gen.Double[-1000, 1000], Gen.Double[0.001, 5000]).Sample((from, length) =>
        {
            var axis = new Axis("x", from, from + length);
            var ticks = axis.Ticks(6);
            return ticks.Count is >= 2 and <= 14 && ticks.Select(tick => tick.Label).Distinct().Count() == ticks.Count
                && ticks.All(tick => tick.Value >= from - length * 1e-6 && tick.Value <= from + length * (1 + 1e-6));
        });
}
