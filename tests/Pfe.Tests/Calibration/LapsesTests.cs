using CsCheck;
using Pfe.Calibration;

namespace Pfe.Tests.Calibration;

public sealed class LapsesTests
{
    private static readonly Gen<ContaminationRates> Any = Gen.Select(Gen.Double[0, 0.4], Gen.Double[0, 0.4])
        .Select((genuine, impostor) => new ContaminationRates(genuine, impostor));

    [Fact]
    public void The_evidence_is_the_ratio_of_the_two_mixtures() =>
        Gen.Select(Any, Gen.Double[-12, 12]).Sample((lapses, odds) =>
        {
            var r = Math.Exp(odds);
            var expected = Math.Log(((1 - lapses.Genuine) * r + lapses.Genuine) / (lapses.Impostor * r + 1 - lapses.Impostor));
            return Math.Abs(lapses.Evidence(odds) - expected) < 1e-9;
        });

    [Fact]
    public void The_evidence_never_falls_as_the_odds_rise_and_is_finite_for_any() =>
        Gen.Select(Any, Gen.Double[-1000, 1000], Gen.OneOf(Gen.Double[1e-9, 1], Gen.Double[1, 1e300])).Sample((lapses, odds, step) =>
        {
            var (low, high) = (lapses.Evidence(odds), lapses.Evidence(odds + step));
            return double.IsFinite(low) && double.IsFinite(high) && low <= high;
        }, iter: 20_000);

    [Fact]
    public void The_evidence_is_bounded_by_the_logarithms_of_the_lapses()
    {
        var lapses = new ContaminationRates(0.01, 1e-4);
        lapses.Evidence(-1e9).ShouldBe(Math.Log(0.01 / (1 - 1e-4)), 1e-9);
        lapses.Evidence(1e9).ShouldBe(Math.Log(0.99 / 1e-4), 1e-9);
        new ContaminationRates(0, 0).Evidence(-37.5).ShouldBe(-37.5, 1e-12);
    }

    [Fact]
    public void The_slopes_are_those_of_the_evidence() =>
        Gen.Select(Gen.Double[-6, -1], Gen.Double[-6, -1], Gen.Double[-8, 8]).Sample((genuine, impostor, odds) =>
        {
            double At(double g, double i, double z) => ContaminationRates.FromLogits(g, i).Evidence(z);
            const double H = 1e-5;
            var slopes = ContaminationRates.FromLogits(genuine, impostor).Slopes(odds);
            return Math.Abs(slopes.Odds - (At(genuine, impostor, odds + H) - At(genuine, impostor, odds - H)) / (2 * H)) < 1e-6
                && Math.Abs(slopes.Genuine - (At(genuine + H, impostor, odds) - At(genuine - H, impostor, odds)) / (2 * H)) < 1e-6
                && Math.Abs(slopes.Impostor - (At(genuine, impostor + H, odds) - At(genuine, impostor - H, odds)) / (2 * H)) < 1e-6;
        });
}
