using Pfe.Calibration;

namespace Pfe.Tests.Calibration;

public sealed class TrustScoreTests
{
    /// <summary>
    /// The likelihood ratio itself, dimension by dimension and by matrices: under one person the two values of a dimension are Gaussian
    /// with variance 1 and
    /// covariance p, under two people they are independent.
    /// </summary>
    private static double Naive(double[] mu1, double[] mu2, double reliability1, double reliability2)
    {
        var q = Math.Min(reliability1 * reliability2, 0.99);
        var (p, determinant) = (Math.Sqrt(q), 1 - q);
        var sum = 0.0;
        for (var d = 0; d < mu1.Length; d++)
        {
            // Unit vectors of D dimensions have variance 1 / D in each.
            var (a, b) = (mu1[d] * Math.Sqrt(mu1.Length), mu2[d] * Math.Sqrt(mu1.Length));
            var one = -0.5 * Math.Log(determinant) - 0.5 * (a * a - 2 * p * a * b + b * b) / determinant;
            var two = -0.5 * (a * a + b * b);
            sum += one - two;
        }
        return sum / mu1.Length;
    }

    [Theory]
    [InlineData(0.9, 0.8)]
    [InlineData(0.99, 0.02)]
    [InlineData(0.9999, 0.9999)]
    [InlineData(1e-5, 1e-5)]
    public void The_score_is_the_log_likelihood_ratio_per_dimension(double reliability1, double reliability2)
    {
        var random = new Random(5);
        for (var trial = 0; trial < 20; trial++)
        {
            var (mu1, mu2) = (Unit(random), Unit(random));
            var cosine = mu1.Zip(mu2, (a, b) => a * b).Sum();
            var (first, second) = (new FaceTrust((float)reliability1, 0), new FaceTrust((float)reliability2, 0));
            TrustScore.Of(cosine, first, second)
                .ShouldBe(Naive(mu1, mu2, first.Reliability, second.Reliability), 1e-10);
        }
    }

    [Fact]
    public void A_collision_counts_as_cosine_that_was_there_before()
    {
        var (first, second) = (new FaceTrust(0.9f, 0.125f), new FaceTrust(0.8f, -0.25f));
        TrustScore.Of(0.5, first, second).ShouldBe(TrustScore.Of(0.625, first with { Collision = 0 }, second with { Collision = 0 }),
            1e-12);
        TrustScore.Of(0.5, first, second).ShouldBe(TrustScore.Of(0.5, second, first));
    }

    [Fact]
    public void A_face_that_says_nothing_gives_no_evidence()
    {
        for (var cosine = -1.0; cosine <= 1; cosine += 0.25)
            Math.Abs(TrustScore.Of(cosine, new FaceTrust(1e-12f, 0), new FaceTrust(0.99f, 0))).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void The_score_rises_with_the_cosine_and_stays_finite()
    {
        foreach (var reliability in new[] { 0f, 1e-6f, 0.3f, 0.99988f, 1f })
        {
            var (face, last) = (new FaceTrust(reliability, 0.1f), double.NegativeInfinity);
            for (var cosine = -1.0; cosine <= 1; cosine += 1 / 64.0)
            {
                var score = TrustScore.Of(cosine, face, face);
                double.IsFinite(score).ShouldBeTrue();
                score.ShouldBeGreaterThanOrEqualTo(last);
                last = score;
            }
        }
    }

    private static double[] Unit(Random random)
    {
        var values = Enumerable.Range(0, 16).Select(_ => random.NextDouble() - 0.5).ToArray();
        var length = Math.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => value / length)];
    }
}
