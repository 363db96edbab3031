namespace Pfe.Onnx.Graphs;

/// <summary>A fully connected layer with the batch normalisation behind it folded into its weights.</summary>
/// <param name="Weight">Row-major [outputs, inputs].</param>
/// <param name="Bias">[outputs].</param>
internal sealed record FoldedDense(float[] Weight, float[] Bias)
{
    /// <summary>
    /// <c>scale * (W x - mean) / sqrt(variance + eps) + centre</c> as <c>W' x + b'</c>, computed in float64 and rounded once.
    /// </summary>
    public static FoldedDense Fold(
        ReadOnlySpan<float> weight, ReadOnlySpan<float> mean, ReadOnlySpan<float> variance, Func<int, double> scale,
            Func<int, double> centre)
    {
        var (folded, bias, columns) = (new float[weight.Length], new float[mean.Length], weight.Length / mean.Length);
        for (var row = 0; row < bias.Length; row++)
        {
            var factor = scale(row) / Math.Sqrt(variance[row] + UncertaintyHead.NormEpsilon);
            bias[row] = (float)(centre(row) - factor * mean[row]);
            for (var i = row * columns; i < (row + 1) * columns; i++) folded[i] = (float)(factor * weight[i]);
        }
        return new FoldedDense(folded, bias);
    }
}
