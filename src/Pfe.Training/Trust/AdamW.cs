using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Pfe.Training.Trust;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019), on arrays: the numbers are the same on every system, and no scalar
/// passes to native
/// code: see Held.
/// </summary>
internal sealed class AdamW(IReadOnlyList<Tensor> parameters, double decay, double clip)
{
    private const double First = 0.9;
    private const double Second = 0.999;
    private const double Epsilon = 1e-8;
    private readonly float[][] _mean = [.. parameters.Select(parameter => new float[parameter.numel()])];
    private readonly float[][] _square = [.. parameters.Select(parameter => new float[parameter.numel()])];
    private int _steps;

    /// <summary>One step along the gradients that lie in the parameters, which are cleared.</summary>
    /// <param name="rate">The learning rate.</param>
    public void Step(double rate)
    {
        _steps++;
        var length = Math.Sqrt(parameters.Sum(parameter => Squares(Floats(parameter.grad!))));
        var shrink = (float)Math.Min(1, clip / Math.Max(length, 1e-12));
        var (unbias1, unbias2) = (1 - Math.Pow(First, _steps), 1 - Math.Pow(Second, _steps));
        var (size, root, keep) = ((float)(rate / unbias1), (float)(1 / Math.Sqrt(unbias2)), (float)(1 - rate * decay));
        for (var k = 0; k < parameters.Count; k++)
        {
            var weights = Floats(parameters[k]);
            var gradient = Floats(parameters[k].grad!);
            var (mean, square) = (_mean[k], _square[k]);
            for (var i = 0; i < weights.Length; i++)
            {
                var slope = shrink * gradient[i];
                mean[i] += (float)(1 - First) * (slope - mean[i]);
                square[i] += (float)(1 - Second) * (slope * slope - square[i]);
                weights[i] = keep * weights[i] - size * mean[i] / (MathF.Sqrt(square[i]) * root + (float)Epsilon);
            }
            gradient.Clear();
        }
    }

    private static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    private static double Squares(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += (double)value * value;
        return sum;
    }
}
