using Pfe.Calibration;
using Pfe.Training.Trust;

namespace Pfe.Training.Tests.Trust;

public sealed class TrustLossTests
{
    private static readonly TrustPair[] Pairs =
    [
        new(0, 1, 0.7f, true, 2), new(0, 2, 0.1f, false, 1), new(1, 2, -0.2f, false, 0.5), new(2, 3, 0.4f, true, 1),
            new(0, 3, 0.9f, false, 1.5),
    ];

    /// <summary>The cost as docs/trust.md writes it, from the score that answers are given by.</summary>
    private static double Naive(double[] outputs, double logScale)
    {
        var loss = 0.0;
        foreach (var pair in Pairs)
        {
            FaceTrust Face(int i) =>
                new((float)(1 / (1 + Math.Exp(-Math.Clamp(outputs[2 * i] + 1, -12, 9)))), (float)(outputs[2 * i + 1] / 10));
            var evidence = Math.Clamp(Math.Exp(logScale) * TrustScore.Of(pair.Cosine, Face(pair.First), Face(pair.Second)), -60, 60);
            foreach (var prior in new[] { 0.5, 0.01, 0.001 })
            {
                var entropy = -prior * Math.Log(prior) - (1 - prior) * Math.Log(1 - prior);
                var odds = evidence + Math.Log(prior / (1 - prior));
                loss += pair.Weight * (pair.Same ? prior * Math.Log(1 + Math.Exp(-odds))
                    : (1 - prior) * Math.Log(1 + Math.Exp(odds))) / entropy / 3;
            }
        }
        return loss;
    }

    [Fact]
    public void The_loss_is_what_the_formula_says()
    {
        float[] outputs = [0.3f, -0.4f, 1.2f, 0.8f, -2f, 0.1f, 0.9f, -1f];
        var (loss, _) = TrustLoss.Of(outputs, Math.Log(20), Pairs, new double[8]);
        loss.ShouldBe(Naive([.. outputs.Select(value => (double)value)], Math.Log(20)), 1e-5 * loss);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_gradient_is_the_losss_slope(int seed)
    {
        var random = new Random(seed);
        float[] outputs = [.. Enumerable.Range(0, 8).Select(_ => (float)(6 * random.NextDouble() - 3))];
        // The face with the clamped logit has no slope there.
        outputs[6] = 12;
        var gradient = new double[8];
        var (_, byLogScale) = TrustLoss.Of(outputs, 2.5, Pairs, gradient);
        const float Step = 1f / 1024;
        for (var k = 0; k < 8; k++)
        {
            var (up, down) = ((float[])outputs.Clone(), (float[])outputs.Clone());
            up[k] += Step;
            down[k] -= Step;
            var slope = (TrustLoss.Of(up, 2.5, Pairs, new double[8]).Loss - TrustLoss.Of(down, 2.5, Pairs,
                new double[8]).Loss) / (up[k] - down[k]);
            gradient[k].ShouldBe(slope, 1e-4 * (1 + Math.Abs(slope)));
        }
        var scale = (TrustLoss.Of(outputs, 2.5 + 1e-4, Pairs, new double[8]).Loss - TrustLoss.Of(outputs, 2.5 - 1e-4, Pairs,
            new double[8]).Loss) / 2e-4;
        byLogScale.ShouldBe(scale, 1e-4 * (1 + Math.Abs(scale)));
    }
}
