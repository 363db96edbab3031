using CsCheck;
using Pfe.Evaluation.Statistics;

namespace Pfe.Evaluation.Tests.Statistics;

public sealed class DiscardCurveTests
{
    [Fact]
    public void Without_ties_each_point_is_the_error_of_the_pairs_that_are_left() => Gen.Int[0, 1000].Sample(seed =>
    {
        var random = new Random(seed);
        var genuine = Enumerable.Range(0, 200).Select(_ => random.NextSingle()).ToArray();
        var quality = Enumerable.Range(0, 200).Select(_ => random.NextDouble()).ToArray();
        foreach (var (discarded, fnmr) in DiscardCurve.Of("q", genuine, quality, 0.4).Points)
        {
            var kept = Enumerable.Range(0, 200).OrderBy(n => quality[n]).Skip((int)Math.Round(discarded * 200)).ToArray();
            if (Math.Abs(fnmr - kept.Count(n => genuine[n] < 0.4f) / (double)kept.Length) > 1e-12) return false;
        }
        return true;
    }, iter: 20);

    [Fact]
    public void A_quality_that_knows_the_errors_comes_near_the_perfect_line_and_a_constant_one_changes_nothing()
    {
        var genuine = Enumerable.Range(0, 10_000).Select(n => n < 500 ? 0f : 1f).ToArray();
        var oracle = DiscardCurve.Of("oracle", genuine, genuine.Select(score => (double)score).ToArray(), 0.5);
        oracle.Start.ShouldBe(0.05);
        oracle.PartialArea.ShouldBe(oracle.PerfectArea, 0.01);
        oracle.Points[^1].Fnmr.ShouldBe(0);
        DiscardCurve.Of("constant", genuine, new double[10_000], 0.5).PartialArea.ShouldBe(1, 1e-9);
    }

    [Fact]
    public void The_order_of_pairs_of_equal_quality_does_not_matter()
    {
        float[] genuine = [0, 1, 0, 1, 1, 1, 1, 1, 1, 1];
        double[] quality = [1, 1, 1, 1, 2, 2, 2, 2, 2, 2];
        var reversed = DiscardCurve.Of("q", genuine.Reverse().ToArray(), quality.Reverse().ToArray(), 0.5);
        reversed.Points.ShouldBe(DiscardCurve.Of("q", genuine, quality, 0.5).Points);
    }
}
