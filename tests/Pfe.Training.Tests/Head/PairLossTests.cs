using CsCheck;
using Pfe.Training.Head;
using TorchSharp;
using static TorchSharp.torch;

namespace Pfe.Training.Tests.Head;

public sealed class PairLossTests
{
    [Fact]
    public void Equals_the_literal_definition_over_all_pairs_in_value_and_gradient() =>
        Gen.Select(Gen.Int[2, 12], Gen.Int[1, 9], Gen.Int[1, 4], Gen.Int[0, 10_000]).Where(t => t.Item1 > t.Item3)
            .Sample((n, d, classes, seed) =>
        {
            using var scope = NewDisposeScope();
            var random = new Random(seed);
            var labels = Enumerable.Range(0, n).Select(_ => random.Next(classes)).ToArray();
            var mu = nn.functional.normalize(Gaussian(random, n, d), 2, 1);
            var (mine, literal) = (Leaf(random, n, d), Leaf(random, n, d));
            using (no_grad()) literal.copy_(mine);

            var (first, second) = PairLoss.SameClass(labels);
            if (first.Length == 0) return;
            var loss = PairLoss.Of(mu, mine, tensor(first), tensor(second));
            var reference = Literal(mu, literal, labels);
            loss.backward();
            reference.backward();

            loss.item<double>().ShouldBe(reference.item<double>(), 1e-9 * (1 + Math.Abs(reference.item<double>())));
            (mine.grad! - literal.grad!).abs().max().item<double>().ShouldBeLessThan(1e-9);
        }, iter: 60, threads: 1);

    [Fact]
    public void Takes_each_unordered_pair_of_a_class_once()
    {
        var (first, second) = PairLoss.SameClass([7, 3, 7, 7, 3]);
        first.Zip(second).ShouldBe([(0L, 2L), (0L, 3L), (1L, 4L), (2L, 3L)]);
    }

    [Fact]
    public void A_full_batch_of_the_demo_has_384_pairs() =>
        PairLoss.SameClass(Enumerable.Range(0, 256).Select(i => i / 4).ToArray()).First.Length.ShouldBe(384);

    // The definition: an N x N x D tensor of scores, then a mask of equal labels without the diagonal.
    private static Tensor Literal(Tensor mu, Tensor logVariance, int[] labels)
    {
        var variance = logVariance.exp();
        var sum = variance.unsqueeze(1) + variance.unsqueeze(0);
        var score = -((mu.unsqueeze(1) - mu.unsqueeze(0)).square() / (1e-10 + sum) + sum.log()).sum(2);
        var label = tensor(labels);
        var mask = label.unsqueeze(1).eq(label.unsqueeze(0)).logical_and(eye(labels.Length, dtype: ScalarType.Bool).logical_not());
        return -score.masked_select(mask).mean();
    }

    private static Tensor Gaussian(Random random, int n, int d) =>
        tensor(Enumerable.Range(0, n * d).Select(_ => random.NextDouble() * 2 - 1).ToArray(), [n, d]);

    private static Tensor Leaf(Random random, int n, int d) => (Gaussian(random, n, d) - 5).requires_grad_(true);
}
