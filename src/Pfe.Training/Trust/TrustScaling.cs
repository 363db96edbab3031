using Pfe.Onnx;

namespace Pfe.Training.Trust;

/// <summary>Brings the trust head's inputs to mean 0 and deviation 1 over clean faces.</summary>
/// <param name="Mean">F values to subtract.</param>
/// <param name="Scale">F values to multiply with then.</param>
internal sealed record TrustScaling(float[] Mean, float[] Scale)
{
    // A channel that hardly varies on clean faces must not shout on damaged ones.
    private const double LeastDeviation = 1e-3;

    /// <summary>From the rows of clean training faces.</summary>
    /// <param name="inputs">N x F, raw.</param>
    /// <param name="features">F.</param>
    /// <param name="clean">The rows to count.</param>
    public static TrustScaling Of(float[] inputs, int features, IReadOnlyList<int> clean)
    {
        var (sum, squares) = (new double[features], new double[features]);
        foreach (var row in clean)
        {
            for (var f = 0; f < features; f++)
            {
                double value = inputs[(long)row * features + f];
                sum[f] += value;
                squares[f] += value * value;
            }
        }
        var (mean, scale) = (new float[features], new float[features]);
        for (var f = 0; f < features; f++)
        {
            var centre = sum[f] / clean.Count;
            mean[f] = (float)centre;
            scale[f] = (float)(1 / (Math.Sqrt(Math.Max(0, squares[f] / clean.Count - centre * centre)) + LeastDeviation));
        }
        return new TrustScaling(mean, scale);
    }

    /// <summary>Scales rows in place.</summary>
    /// <param name="inputs">N x F.</param>
    public void Apply(float[] inputs)
    {
        for (var i = 0; i < inputs.Length; i++)
        {
            var f = i % Mean.Length;
            inputs[i] = Math.Clamp((inputs[i] - Mean[f]) * Scale[f], -TrustHead.Reach, TrustHead.Reach);
        }
    }
}
