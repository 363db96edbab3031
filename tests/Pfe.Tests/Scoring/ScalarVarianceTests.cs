using CsCheck;
using Pfe.Scoring;

namespace Pfe.Tests.Scoring;

public sealed class ScalarVarianceTests
{
    [Fact]
    public void The_score_is_ProbFaces_formula_in_decimal_arithmetic() =>
        Gen.Select(Gen.Double[-1, 1], Gen.Double[0.01, 3], Gen.Double[0.01, 3]).Sample((cosine, v1, v2) =>
        {
            // Another arithmetic than the product's: 28 decimal digits for the quotient, the logarithm by its series.
            var s = (decimal)v1 + (decimal)v2;
            var attention = -(2 - 2 * (decimal)cosine) / (s + 0.0000000001m);
            ScalarVariance.Attention(cosine, v1, v2).ShouldBe((double)attention, 1e-11 * (1 + Math.Abs((double)attention)));
            ScalarVariance.Score(cosine, v1, v2).ShouldBe((double)(attention - Ln(s)), 1e-9 * (1 + Math.Abs((double)attention)));
        }, iter: 2000);

    [Fact]
    public void A_variance_that_is_not_positive_and_finite_is_refused()
    {
        foreach (var bad in new[] { 0, -1, double.NaN, double.PositiveInfinity })
            Should.Throw<ArgumentException>(() => ScalarVariance.Score(0.5, bad, 1));
    }

    [Fact]
    public void A_set_is_scalar_only_when_every_face_has_one_variance()
    {
        using var scalar = new EmbeddingSet(2, [1, 0, 0, 1], [-1, -1, -2, -2], ["a", "b"]);
        using var full = new EmbeddingSet(2, [1, 0, 0, 1], [-1, -1, -2, -3], ["a", "b"]);
        ScalarVariance.IsScalar(scalar).ShouldBeTrue();
        ScalarVariance.IsScalar(full).ShouldBeFalse();
    }

    /// <summary>ln x = 2 artanh((x - 1) / (x + 1)), the argument halved until the series is short.</summary>
    private static decimal Ln(decimal x)
    {
        var halvings = 0;
        for (; x > 1.5m; x /= 2) halvings++;
        for (; x < 0.75m; x *= 2) halvings--;
        decimal Series(decimal value)
        {
            var (z, sum) = ((value - 1) / (value + 1), 0m);
            var power = z;
            for (var n = 1; n < 60; n += 2, power *= z * z) sum += power / n;
            return 2 * sum;
        }
        return Series(x) + halvings * (Series(1.5m) + Series(4 / 3m));
    }
}
