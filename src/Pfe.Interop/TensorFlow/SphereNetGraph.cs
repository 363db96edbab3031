using Pfe.Onnx;
using Pfe.Onnx.Graphs;
using Pfe.Onnx.Wire;

namespace Pfe.Interop.TensorFlow;

/// <summary>Draws SphereNet as ONNX: input <c>image</c>, outputs <c>embedding</c> and the feature map <c>feature</c>.</summary>
internal static class SphereNetGraph
{
    public const string Feature = "feature", Embedding = "embedding";
    private const int Opset = 13;

    public static OnnxModel Build(SphereNetWeights weights, FoldedDense bottleneck, int width, int height)
    {
        var graph = new GraphProto { Name = weights.Name };
        graph.Input.Add(GraphEdits.FloatTensor(ProbabilisticModel.Image, -1, 3, height, width));
        var build = new GraphBuilder(graph);
        var (x, size) = (ProbabilisticModel.Image, (Height: height, Width: width));
        for (var s = 0; s < weights.Stages.Count; s++)
        {
            var stage = weights.Stages[s];
            x = Convolve(build, x, stage[0], $"conv{s + 1}/0", 2, SamePads(size.Height, size.Width));
            size = ((size.Height + 1) / 2, (size.Width + 1) / 2);
            for (var c = 1; c < stage.Count; c += 2)
            {
                var y = Convolve(build, x, stage[c], $"conv{s + 1}/{c}", 1, [1, 1, 1, 1]);
                y = Convolve(build, y, stage[c + 1], $"conv{s + 1}/{c + 1}", 1, [1, 1, 1, 1]);
                x = build.Add("Add", [y, x], $"conv{s + 1}/unit{c / 2 + 1}");
            }
        }
        x = build.Add("Identity", [x], Feature);
        build.Dense(Embedding, build.Add("Flatten", [x], "flat", Nodes.Int("axis", 1)), bottleneck);
        graph.Output.Add(GraphEdits.FloatTensor(Embedding, -1, bottleneck.Bias.Length));
        graph.Output.Add(GraphEdits.FloatTensor(Feature, -1, weights.Stages[^1][0].Outputs, size.Height, size.Width));
        var model = new ModelProto { IrVersion = 7, ProducerName = "pfe", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        return new OnnxModel(model, weights.Name);
    }

    /// <summary>The tensors at the ends of the stages, with their channels.</summary>
    public static IReadOnlyList<(string Tensor, int Channels)> StageEnds(SphereNetWeights weights) =>
        [.. weights.Stages.Select((stage, s) => (stage.Count > 1 ? $"conv{s + 1}/unit{stage.Count / 2}"
            : $"conv{s + 1}/0/{(stage[0].Slope is null ? "relu" : "prelu")}", stage[0].Outputs))];

    /// <summary>The size of the last feature map.</summary>
    public static (int Height, int Width) FeatureSize(int width, int height)
    {
        for (var s = 0; s < 4; s++) (height, width) = ((height + 1) / 2, (width + 1) / 2);
        return (height, width);
    }

    private static string Convolve(GraphBuilder build, string x, SphereConvolution convolution, string name, int stride, long[] pads)
    {
        var kernel = build.Weight($"{name}/weight", convolution.Kernel, convolution.Outputs, convolution.Inputs, 3, 3);
        string[] inputs = convolution.Bias is { } bias ? [x, kernel, build.Weight($"{name}/bias", bias, bias.Length)] : [x, kernel];
        var y = build.Add("Conv", inputs, name, Nodes.Ints("kernel_shape", 3, 3), Nodes.Ints("strides", stride, stride),
            Nodes.Ints("pads", pads));
        if (convolution.Slope is null) return build.Add("Relu", [y], $"{name}/relu");
        return build.Add("PRelu", [y, build.Weight($"{name}/slope", convolution.Slope, convolution.Outputs, 1, 1)], $"{name}/prelu");
    }

    /// <summary>TensorFlow's SAME padding of a 3x3 convolution with stride 2: on an even size one pixel at the end only, on an odd one both
    /// sides.</summary>
    private static long[] SamePads(int height, int width) => [height % 2, width % 2, 1, 1];
}
