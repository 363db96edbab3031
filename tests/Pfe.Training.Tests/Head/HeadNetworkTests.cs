using Pfe.Training.Head;
using TorchSharp;
using static TorchSharp.torch;

namespace Pfe.Training.Tests.Head;

public sealed class HeadNetworkTests
{
    [Fact]
    public void Gives_every_variance_about_exp_minus_7_before_training()
    {
        using var head = new HeadNetwork(20, 6, seed: 1);
        using var output = head.Forward(Inputs(0, 32, 20), training: true);
        output.data<float>().ShouldAllBe(value => Math.Abs(value + 7) < 0.01);
    }

    [Fact]
    public void Computes_the_definition_in_both_modes()
    {
        using var scope = NewDisposeScope();
        using var head = new HeadNetwork(5, 3, seed: 4);
        head.Set("gain", [0.8f]);
        head.Set("offset", [-2f]);
        head.Set("hidden.scale", [1.5f, 0.5f, -1f]);
        head.Set("hidden.centre", [0.1f, 0.3f, 0.2f]);
        var x = Inputs(0, 16, 5);

        var training = head.Forward(x, training: true);
        Distance(training, Definition(head, x, averages: false)).ShouldBeLessThan(1e-5);

        var averages = head.Forward(x, training: false);
        Distance(averages, Definition(head, x, averages: true)).ShouldBeLessThan(1e-5);
        Distance(averages, training).ShouldBeGreaterThan(1e-3);
    }

    [Fact]
    public void Moving_averages_keep_the_demos_share()
    {
        using var head = new HeadNetwork(4, 2, seed: 4);
        var x = Inputs(0, 8, 4);
        using var hidden = x.matmul(tensor(head.Values("hidden.weight"), [2, 4]).t());
        using (head.Forward(x, training: true)) { }
        head.Values("hidden.mean")[0].ShouldBe(0.005f * hidden.mean([0])[0].item<float>(), 1e-6f);
        head.Values("hidden.variance")[1].ShouldBe(0.995f + 0.005f * hidden.var(0)[1].item<float>(), 1e-5f);
    }

    [Fact]
    public void The_same_seed_gives_the_same_head_and_another_seed_another()
    {
        using var a = new HeadNetwork(9, 4, seed: 3);
        using var b = new HeadNetwork(9, 4, seed: 3);
        using var c = new HeadNetwork(9, 4, seed: 5);
        a.Values("hidden.weight").ShouldBe(b.Values("hidden.weight"));
        a.Values("hidden.weight").ShouldNotBe(c.Values("hidden.weight"));
    }

    [Fact]
    public void Momentum_descent_follows_its_formula_with_decay_on_the_two_matrices_only()
    {
        using var head = new HeadNetwork(6, 3, seed: 2);
        using var descent = new MomentumSgd(head, momentum: 0.9, weightDecay: 0.01, clip: 0);
        var weights = head.Trained.ToDictionary(
            entry => entry.Name, entry => head.Values(entry.Name).Select(value => (double)value).ToArray());
        var velocities = weights.ToDictionary(pair => pair.Key, pair => new double[pair.Value.Length]);
        for (var step = 0; step < 5; step++)
        {
            using var scope = NewDisposeScope();
            head.Forward(Inputs(step, 12, 6), training: true).square().sum().backward();
            foreach (var (name, tensor) in head.Trained)
            {
                var gradient = tensor.grad!.data<float>().ToArray();
                var decay = name is "hidden.weight" or "output.weight" ? 0.01 : 0;
                for (var i = 0; i < gradient.Length; i++)
                {
                    velocities[name][i] = 0.9 * velocities[name][i] + gradient[i] + decay * weights[name][i];
                    weights[name][i] -= 0.05 * velocities[name][i];
                }
            }
            descent.Step(0.05);
        }
        foreach (var (name, expected) in weights)
            head.Values(name).Zip(expected, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-4 * (1 + expected.Max(Math.Abs)), name);
    }

    [Fact]
    public void Clipping_bounds_the_length_of_the_step()
    {
        using var head = new HeadNetwork(6, 3, seed: 2);
        var before = head.Trained.ToDictionary(entry => entry.Name, entry => head.Values(entry.Name));
        using var descent = new MomentumSgd(head, momentum: 0.9, weightDecay: 0, clip: 0.5);
        (head.Forward(Inputs(0, 12, 6), training: true).square().sum() * 1000).backward();
        descent.Step(1);
        var length = Math.Sqrt(before.Sum(pair => head.Values(pair.Key).Zip(pair.Value, (a, b) => (double)(a - b) * (a - b)).Sum()));
        length.ShouldBe(0.5, 1e-3);
    }

    private static Tensor Inputs(int seed, int rows, int columns)
    {
        var random = new Random(seed);
        return tensor(Enumerable.Range(0, rows * columns).Select(_ => (float)(4 * random.NextDouble() - 2)).ToArray(), [rows, columns]);
    }

    private static double Distance(Tensor a, Tensor b) => (a - b).abs().max().ToDouble();

    private static Tensor Definition(HeadNetwork head, Tensor x, bool averages)
    {
        Tensor Of(string name, params long[] shape) => tensor(head.Values(name), shape.Length == 0 ? [head.Values(name).Length] : shape);
        Tensor Norm(Tensor h, string name)
        {
            var mean = averages ? Of($"{name}.mean") : h.mean([0]);
            var variance = averages ? Of($"{name}.variance") : (h - h.mean([0])).square().mean([0]);
            return (h - mean) / (variance + 1e-3).sqrt();
        }
        var hidden = (Norm(x.matmul(Of("hidden.weight", 3, 5).t()), "hidden") * Of("hidden.scale") + Of("hidden.centre")).clamp_min(0);
        var raw = Norm(hidden.matmul(Of("output.weight", 3, 3).t()), "output");
        return (1e-6 + (raw * Of("gain", 1) + Of("offset", 1)).exp()).log();
    }
}
