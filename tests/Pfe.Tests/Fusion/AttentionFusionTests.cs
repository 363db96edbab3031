using CsCheck;
using Pfe.Fusion;

namespace Pfe.Tests.Fusion;

public sealed class AttentionFusionTests
{
    [Fact]
    public void Fusion_equals_ProbFaces_formula_written_out() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 9], Gen.Double[0.2, 5], Gen.Int[0, 9999]).Sample((k, d, t, seed) =>
        {
            var random = new Random(seed);
            float[] mus = [.. Enumerable.Range(0, k * d).Select(_ => (float)(2 * random.NextDouble() - 1))];
            float[] logs = [.. Enumerable.Range(0, k * d).Select(_ => (float)(8 * random.NextDouble() - 8))];
            double[] variances = [.. logs.Select(value => Math.Exp(value))];
            var (mu, variance) = (new float[d], new float[d]);
            AttentionFusion.Fuse(mus, logs, t, mu, variance);
            var (expected, length) = (new double[d], 0.0);
            for (var l = 0; l < d; l++)
            {
                double[] weights = [.. Enumerable.Range(0, k).Select(n => Math.Pow(1 / variances[n * d + l] + 1e-6, 1 / t))];
                expected[l] = Enumerable.Range(0, k).Sum(n => weights[n] * mus[n * d + l]) / weights.Sum();
                length += expected[l] * expected[l];
                var sigma = Enumerable.Range(0, k).Sum(n => weights[n] * variances[n * d + l]) / weights.Sum();
                Math.Exp(variance[l]).ShouldBe(sigma, 2e-6 * sigma);
            }
            for (var l = 0; l < d; l++) ((double)mu[l]).ShouldBe(expected[l] / Math.Sqrt(length), 2e-6);
        }, iter: 2000);

    [Fact]
    public void At_temperature_1_the_mean_is_the_precision_weighted_one()
    {
        var random = new Random(3);
        float[] mus = [.. Enumerable.Range(0, 40).Select(_ => (float)random.NextDouble())],
            variances = [.. Enumerable.Range(0, 40).Select(_ => -5 * (float)random.NextDouble())];
        var (mu, variance, other, ignored) = (new float[8], new float[8], new float[8], new float[8]);
        AttentionFusion.Fuse(mus, variances, 1, mu, variance);
        TemplateFusion.Fuse(mus, variances, VarianceRule.Minimum, other, ignored);
        for (var l = 0; l < 8; l++) mu[l].ShouldBe(other[l], 1e-6f);
    }

    [Fact]
    public void A_tiny_temperature_takes_the_surest_image_and_does_not_overflow()
    {
        var (mu, variance) = (new float[2], new float[2]);
        AttentionFusion.Fuse([1, 0, 0, 1], [-14, -14, 0, 0], 1e-3, mu, variance);
        mu.ShouldBe([1, 0]);
        variance.ShouldBe([-14, -14]);
    }

    [Fact]
    public void A_temperature_that_is_not_positive_is_refused()
    {
        foreach (var bad in new[] { 0, -1, double.NaN, double.PositiveInfinity })
            Should.Throw<ArgumentOutOfRangeException>(() => AttentionFusion.Fuse([1], [1], bad, new float[1], new float[1]));
    }

    [Fact]
    public void Media_are_fused_one_by_one_and_then_with_each_other()
    {
        using var faces = new EmbeddingSet(2, [1, 0, 0, 1, 0.6f, 0.8f], [0, -1, -2, 0, -3, -1], ["v/1", "v/2", "p"]);
        var (mus, logs) = (new float[4], new float[4]);
        AttentionFusion.Fuse(faces, [0, 1], 2, mus.AsSpan(0, 2), logs.AsSpan(0, 2));
        AttentionFusion.Fuse(faces, [2], 2, mus.AsSpan(2, 2), logs.AsSpan(2, 2));
        var (mu, variance, byMedia, itsVariance) = (new float[2], new float[2], new float[2], new float[2]);
        AttentionFusion.Fuse(mus, logs, 2, mu, variance);
        AttentionFusion.FuseByMedia(faces, [0, 2, 1], [5, 3, 5], 2, byMedia, itsVariance);
        byMedia.ShouldBe(mu);
        itsVariance.ShouldBe(variance);
        AttentionFusion.Fuse(faces, [0, 1, 2], 2, mu, variance);
        byMedia.ShouldNotBe(mu);
    }
}
