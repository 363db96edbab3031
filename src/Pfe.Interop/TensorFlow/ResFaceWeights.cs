using Pfe.Onnx;
using Pfe.Onnx.Graphs;

namespace Pfe.Interop.TensorFlow;

/// <summary>
/// ProbFace's ResFace: SphereNet's stages and residual units, with batch normalisation and ReLU instead of PReLU (models/resface64_relu.py,
/// resface64s2_relu.py with half the channels, and the variants whose head reads all stages). The normalisations are folded into the
/// kernels.
/// </summary>
internal static class ResFaceWeights
{
    public const string Scope = "Resface";

    public static SphereNetWeights Read(ReferenceVariables checkpoint)
    {
        var (stages, inputs) = (new List<IReadOnlyList<SphereConvolution>>(), 3);
        for (var number = 1; number <= 4; number++)
        {
            var stage = Scopes(checkpoint, number).Select(scope => Convolution(checkpoint, scope)).ToList();
            foreach (var convolution in stage)
            {
                if (convolution.Inputs != inputs)
                    throw new PfeException($"checkpoint '{checkpoint.Prefix}': a convolution of '{Scope}/Conv{number}' takes " +
                        $"{convolution.Inputs} channels, it is given {inputs}");
                inputs = convolution.Outputs;
            }
            stages.Add(stage);
        }
        return new SphereNetWeights(stages, "ResFace");
    }

    /// <summary>The fully connected layer of the embedding with its normalisation, which has gain and offset.</summary>
    public static FoldedDense Bottleneck(ReferenceVariables checkpoint, FlattenedMap map)
    {
        const string scope = Scope + "/Bottleneck";
        var weight = map.ReadTransposed($"{scope}/weights");
        var size = weight.Length / map.Count;
        var (scale, centre) = (UncertaintyModule.Vector(checkpoint, $"{scope}/BatchNorm/gamma", size),
            UncertaintyModule.Vector(checkpoint, $"{scope}/BatchNorm/beta", size));
        return FoldedDense.Fold(weight, UncertaintyModule.Mean(checkpoint, scope, size),
            UncertaintyModule.Vector(checkpoint, $"{scope}/BatchNorm/moving_variance", size), row => scale[row], row => centre[row]);
    }

    private static SphereConvolution Convolution(ReferenceVariables checkpoint, string scope)
    {
        var (kernel, inputs, outputs) = SphereConvolution.ReadKernel(checkpoint, scope);
        var (scale, centre) = (UncertaintyModule.Vector(checkpoint, $"{scope}/BatchNorm/gamma", outputs),
            UncertaintyModule.Vector(checkpoint, $"{scope}/BatchNorm/beta", outputs));
        var folded = FoldedDense.Fold(kernel, UncertaintyModule.Mean(checkpoint, scope, outputs),
            UncertaintyModule.Vector(checkpoint, $"{scope}/BatchNorm/moving_variance", outputs), row => scale[row], row => centre[row]);
        return new SphereConvolution(folded.Weight, folded.Bias, null, inputs, outputs);
    }

    /// <summary>slim.repeat names the units Conv_1/Conv_1_1, Conv_1/Conv_1_2, ..., and in each the two convolutions Conv and
    /// Conv_1.</summary>
    private static IEnumerable<string> Scopes(ReferenceVariables checkpoint, int stage)
    {
        yield return $"{Scope}/Conv{stage}/Conv{stage}_pre";
        for (var unit = 1; ; unit++)
        {
            var scope = $"{Scope}/Conv{stage}/Conv_{stage}/Conv_{stage}_{unit}";
            if (!checkpoint.Contains($"{scope}/Conv/weights")) yield break;
            yield return $"{scope}/Conv";
            yield return $"{scope}/Conv_1";
        }
    }
}
