using TorchSharp;
using static TorchSharp.torch;

namespace Pfe.Training.Head;

/// <summary>Stochastic gradient descent with momentum: v = momentum * v + g + decay * w; w = w - rate * v.</summary>
internal sealed class MomentumSgd : IDisposable
{
    private readonly HeadNetwork _head;
    // Kept: see Held.
    private readonly Scalar _momentum;
    private readonly Scalar _decay;
    private readonly double _weightDecay;
    private readonly double _clip;
    private readonly Dictionary<string, Tensor> _velocity;

    /// <summary>Starts at rest.</summary>
    /// <param name="head">Its trained tensors are changed.</param>
    /// <param name="momentum">0.9 in the reference.</param>
    /// <param name="weightDecay">On the two matrices; 5e-4 in the reference.</param>
    /// <param name="clip">Greatest length of the whole gradient; 0 for no limit.</param>
    public MomentumSgd(HeadNetwork head, double momentum, double weightDecay, double clip)
    {
        (_head, _weightDecay, _clip) = (head, weightDecay, clip);
        (_momentum, _decay) = (momentum.ToScalar(), weightDecay.ToScalar());
        _velocity = head.Trained.ToDictionary(entry => entry.Name, entry => zeros_like(entry.Tensor), StringComparer.Ordinal);
    }

    /// <summary>The momentum of each trained tensor, by its name.</summary>
    public IReadOnlyDictionary<string, Tensor> Velocity => _velocity;

    /// <summary>decay / 2 * |w|^2 of the two matrices: what the decay adds to the loss.</summary>
    public double RegularisationLoss()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return _weightDecay / 2 * _head.Trained.Where(entry => HeadNetwork.IsDecayed(entry.Name)).Sum(entry => Square(entry.Tensor));
    }

    /// <summary>One step along the gradients that lie in the tensors, which are cleared.</summary>
    /// <param name="rate">The learning rate.</param>
    public void Step(double rate)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var shrink = (_clip > 0 ? Math.Min(1, _clip / GradientLength()) : 1).ToScalar();
        using var back = (-rate).ToScalar();
        foreach (var (name, weight) in _head.Trained)
        {
            var velocity = _velocity[name];
            velocity.mul_(_momentum).add_(weight.grad!, alpha: shrink);
            if (HeadNetwork.IsDecayed(name)) velocity.add_(weight, alpha: _decay);
            weight.add_(velocity, alpha: back);
            weight.grad!.zero_();
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _velocity.Values) tensor.Dispose();
        _momentum.Dispose();
        _decay.Dispose();
    }

    private double GradientLength() => Math.Sqrt(_head.Trained.Sum(entry => Square(entry.Tensor.grad!)));

    private static double Square(Tensor tensor) => tensor.mul(tensor).sum().item<float>();
}
