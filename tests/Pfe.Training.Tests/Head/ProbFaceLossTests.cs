using CsCheck;
using Pfe.Training.Configuration;
using Pfe.Training.Head;
using TorchSharp;
using static TorchSharp.torch;

namespace Pfe.Training.Tests.Head;

/// <summary>Each part against plain loops over numbers of 64 bits, in value and, by differences, in gradient.</summary>
public sealed class ProbFaceLossTests
{
    private static readonly LossWeights Weights = new() { MlsLoss = 1.3, OutputConstraintLoss = 0.01, DiscriminateLoss = 0.4 };

    [Theory]
    [InlineData(true, "L2", false)]
    [InlineData(true, "L1", true)]
    [InlineData(false, "L2", false)]
    [InlineData(false, "L1", true)]
    [InlineData(true, null, false)]
    public void The_loss_is_its_definition_in_value_and_gradient(bool scalar, string? constraint, bool contrastive) =>
        Gen.Select(Gen.Int[6, 12], Gen.Int[2, 7], Gen.Int[0, 10_000]).Sample((n, d, seed) =>
        {
            using var scope = NewDisposeScope();
            var random = new Random(seed);
            int[] labels = [.. Enumerable.Range(0, n).Select(i => i / 2 % 4)];
            var mu = Enumerable.Range(0, n).Select(_ => Unit(random, d)).ToArray();
            var logs = Enumerable.Range(0, n).Select(_ => Enumerable.Range(0, scalar ? 1 : d).Select(_ => 2 * random.NextDouble() - 2)
                .ToArray()).ToArray();

            using var loss = new ProbFaceLoss(Weights, constraint, contrastive);
            var leaf = tensor(logs.SelectMany(row => row).ToArray(), [n, scalar ? 1 : d]).requires_grad_(true);
            var value = loss.Of(tensor(mu.SelectMany(row => row).ToArray(), [n, d]), leaf, labels);
            value.backward();

            // The constraint takes the batch's mean as given, so its differences do as well.
            var mean = logs.SelectMany(row => row).Average(Math.Exp);
            var (expected, _) = Naive(mu, logs, labels, constraint, contrastive, mean);
            value.item<double>().ShouldBe(expected, 1e-5 * (1 + Math.Abs(expected)));
            const double Step = 1e-5;
            var kinks = 0;
            for (var i = 0; i < n; i++)
            {
                for (var l = 0; l < logs[i].Length; l++)
                {
                    var kept = logs[i][l];
                    logs[i][l] = kept + Step;
                    var (above, choicesAbove) = Naive(mu, logs, labels, constraint, contrastive, mean);
                    logs[i][l] = kept - Step;
                    var (below, choicesBelow) = Naive(mu, logs, labels, constraint, contrastive, mean);
                    logs[i][l] = kept;
                    // Where another impostor is chosen or a hinge opens within the step, the loss jumps or bends: no difference is a slope.
                    if (choicesAbove.SequenceEqual(choicesBelow))
                        leaf.grad![i, l].item<double>().ShouldBe((above - below) / (2 * Step), 2e-4);
                    else
                        kinks++;
                }
            }
            kinks.ShouldBeLessThan(1 + n * logs[0].Length / 4);
        }, iter: 25, threads: 1);

    [Fact]
    public void A_triplet_takes_the_nearest_impostor_that_is_farther_than_the_positive_or_else_the_farthest()
    {
        using var scope = NewDisposeScope();
        using var loss = new ProbFaceLoss(Weights, null, contrastive: false);
        // Faces 0 and 1 are one person, 2, 3, 4 others: from 0 they are at 1 (positive), 0.5, 2 and 7; from 1 none is farther than the
        // positive.
        var attention = tensor(new double[] { 0, 1, 0.5, 2, 7, 1, 0, 0.2, 0.4, 0.9, 0.5, 0.2, 0, 1, 1, 2, 0.4, 1, 0, 1, 7, 0.9, 1, 1, 0 },
            [5, 5]);
        var value = loss.Discriminate(attention, [1, 1, 2, 3, 4], tensor(new long[] { 0 }), tensor(new long[] { 1 }));
        value.item<double>().ShouldBe(((1 + 3 - 2) + (1 + 3 - 0.9)) / 2, 1e-6);
    }

    [Fact]
    public void A_configuration_without_ProbFaces_keys_keeps_the_references_loss()
    {
        ProbFaceLoss.Of(new TrainingConfig { Name = "a", TrainDatasetPath = "b" }).ShouldBeNull();
        using var own = ProbFaceLoss.Of(new TrainingConfig { Name = "a", TrainDatasetPath = "b", UncertaintyModule = "probface" });
        own.ShouldNotBeNull();
    }

    [Fact]
    public void Its_head_is_256_wide_and_begins_at_its_offset_for_one_variance_a_face()
    {
        var config = new TrainingConfig { Name = "a", TrainDatasetPath = "b", UncertaintyModule = "probface" };
        HeadForm.Of(config, 40, 512).ShouldBe(new HeadForm(40, 256, 1, 0.1f, -1));
        HeadForm.Of(config with { UncertaintyModuleOutputSize = 512 }, 40, 512).ShouldBe(new HeadForm(40, 256, 512, 0.1f, -7));
        HeadForm.Of(config with { UncertaintyModule = "fc" }, 40, 512).ShouldBe(new HeadForm(40, 512, 512, 1e-4f, -7));
        Should.Throw<InvalidConfigurationException>(() => HeadForm.Of(config with { UncertaintyModuleOutputSize = 7 }, 40, 512))
            .Message.ShouldContain("512");
        using var head = new HeadNetwork(HeadForm.ProbFace(12, 1), seed: 1);
        using var output = head.Forward(rand(64, 12), training: true);
        output.shape.ShouldBe([64, 1]);
        output.data<float>().ToArray().Average().ShouldBe(-1, 0.05f);
    }

    /// <summary>The loss by its definition, and which side of each maximum, minimum and absolute value it took.</summary>
    private static (double Loss, List<int> Choices) Naive(double[][] mu, double[][] logs, int[] labels, string? constraint,
        bool contrastive, double mean)
    {
        var n = mu.Length;
        var choices = new List<int>();
        double Hinge(double value)
        {
            choices.Add(Math.Sign(value));
            return Math.Max(0, value);
        }
        double Term(int i, int j, bool attention)
        {
            var (sum, count) = (0.0, logs[i].Length);
            for (var l = 0; l < count; l++)
            {
                var s = Math.Exp(logs[i][l]) + Math.Exp(logs[j][l]);
                var distance = count == 1 ? 2 * (1 - mu[i].Zip(mu[j]).Sum(p => p.First * p.Second)) : Math.Pow(mu[i][l] - mu[j][l], 2);
                sum += distance / (1e-10 + s) + (attention ? 0 : Math.Log(s));
            }
            return sum / count;
        }
        var positives = (from i in Enumerable.Range(0, n)
                         from j in Enumerable.Range(0, n)
                         where i != j && labels[i] == labels[j]
                         select (i, j)).ToList();
        var total = Weights.MlsLoss * positives.Average(pair => Term(pair.i, pair.j, attention: false));
        if (constraint is not null)
            total += Weights.OutputConstraintLoss * logs.SelectMany(row => row).Select(log => Math.Exp(log) / mean - 1)
                .Sum(deviation => constraint == "L2" ? deviation * deviation : Hinge(deviation) + Hinge(-deviation));
        if (contrastive)
        {
            var impostors = from i in Enumerable.Range(0, n)
                            from j in Enumerable.Range(0, n)
                            where labels[i] != labels[j]
                            select Hinge(3 - Term(i, j, attention: true));
            return (total + Weights.DiscriminateLoss * (positives.Average(pair => Term(pair.i, pair.j, attention: true))
                + impostors.Average()), choices);
        }
        return (total + Weights.DiscriminateLoss * positives.Average(pair =>
        {
            var near = Term(pair.i, pair.j, attention: true);
            double[] others = [.. Enumerable.Range(0, n).Where(k => labels[k] != labels[pair.i])
                .Select(k => Term(pair.i, k, attention: true))];
            var farther = others.Where(distance => distance > near).ToList();
            var chosen = farther.Count > 0 ? farther.Min() : others.Max();
            choices.Add(Array.IndexOf(others, chosen));
            return Hinge(near + 3 - chosen);
        }), choices);
    }

    private static double[] Unit(Random random, int d)
    {
        double[] values = [.. Enumerable.Range(0, d).Select(_ => 2 * random.NextDouble() - 1)];
        var length = Math.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => value / length)];
    }
}
