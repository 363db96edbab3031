using CsCheck;
using Pfe.Calibration;

namespace Pfe.Tests.Calibration;

public sealed class QualityScaleTests
{
    private static readonly double[] Reference = [.. Enumerable.Range(0, 5000).Select(i => -8 + 4 * Math.Pow(i / 4999.0, 3))];
    private static readonly QualityScale Scale = QualityScale.Fit(Reference);

    [Fact]
    public void Quality_is_the_percentage_of_reference_faces_that_are_less_certain() =>
        Gen.Double[-9, -3].Sample(
            uncertainty => Math.Abs(Scale.Of(uncertainty)
            - 100.0 * Reference.Count(other => other > uncertainty) / Reference.Length) < 0.6);

    [Fact]
    public void Quality_never_rises_with_uncertainty_and_falls_within_the_reference() =>
        Gen.Double[-9, -3].Select(Gen.Double[0.001, 2]).Sample((uncertainty, more) =>
        {
            var (before, after) = (Scale.Of(uncertainty), Scale.Of(uncertainty + more));
            return after <= before && (after < before || before == 0 || after == 100);
        });

    [Fact]
    public void Reference_faces_spread_evenly_over_the_range()
    {
        foreach (var tenth in Reference.GroupBy(uncertainty => Math.Min((int)(Scale.Of(uncertainty) / 10), 9)))
            tenth.Count().ShouldBeInRange(480, 520);
    }

    [Fact]
    public void A_head_with_the_same_sigma_for_every_face_is_named() =>
        Should.Throw<PfeException>(() => QualityScale.Fit([-7.0, -7.0, -7.0])).Message.ShouldContain("untrained or collapsed");
}
