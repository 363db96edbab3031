using TorchSharp;
using static TorchSharp.torch;

namespace Pfe.Training.Head;

/// <summary>
/// The reference's loss: the mean of -score over all ordered pairs of different batch entries with equal label. Both orders of a pair score
/// the same, so the mean over unordered pairs is the same number; nothing of size N x N x D is built.
/// </summary>
internal static class PairLoss
{
    /// <summary>The reference's guard under the division.</summary>
    public const double Guard = 1e-10;

    /// <summary>Positions i &lt; j of the batch with equal label.</summary>
    /// <param name="labels">One label a batch entry.</param>
    public static (long[] First, long[] Second) SameClass(ReadOnlySpan<int> labels)
    {
        var (first, second) = (new List<long>(), new List<long>());
        for (var i = 0; i < labels.Length; i++)
        {
            for (var j = i + 1; j < labels.Length; j++)
            {
                if (labels[i] != labels[j]) continue;
                first.Add(i);
                second.Add(j);
            }
        }
        return (first.ToArray(), second.ToArray());
    }

    /// <summary>mean over pairs of sum over dimensions of (mu_i - mu_j)^2 / (1e-10 + s_i + s_j) + log(s_i + s_j), s = sigma^2.</summary>
    /// <param name="mu">[N, D], unit rows.</param>
    /// <param name="logVariance">[N, D].</param>
    /// <param name="first">[P] positions in the batch.</param>
    /// <param name="second">[P] positions in the batch.</param>
    public static Tensor Of(Tensor mu, Tensor logVariance, Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        var variance = logVariance.exp();
        var sum = variance.index_select(0, first).add(variance.index_select(0, second), RootedScalars.One);
        var difference = mu.index_select(0, first).sub(mu.index_select(0, second));
        return difference.mul(difference).div(sum.add(RootedScalars.Guard, RootedScalars.One)).add(sum.log(), RootedScalars.One).sum(1)
            .mean()
            .MoveToOuterDisposeScope();
    }
}
