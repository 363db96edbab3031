using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>The uncertainty head as nodes: both batch normalisations, the gain and the offset folded, in float64, into two Gemm.</summary>
internal static class HeadNodes
{
    public static void Append(GraphProto graph, string source, UncertaintyHead head, string output)
    {
        var (firstWeight, firstBias) = FoldFirst(head);
        var (secondWeight, secondBias) = FoldSecond(head);
        var flat = graph.Free("head/flat");
        graph.Node.Add(Nodes.Create("Flatten", [source], flat, Nodes.Int("axis", 1)));
        var hidden = Dense("head/hidden", flat, firstWeight, firstBias);
        var relu = Step("Relu", "head/relu", hidden);
        var logits = Dense("head/logits", relu, secondWeight, secondBias);
        var exp = Step("Exp", "head/exp", logits);
        var floor = Store(Tensors.Floats("head/floor", [(float)UncertaintyHead.VarianceFloor], 1));
        graph.Node.Add(Nodes.Create("Add", [exp, floor], graph.Free("head/variance")));
        graph.Node.Add(Nodes.Create("Log", [graph.Node[^1].Output[0]], output));

        string Dense(string name, string input, float[] weight, float[] bias)
        {
            var w = Store(Tensors.Floats($"{name}/weight", weight, bias.Length, weight.Length / bias.Length));
            var b = Store(Tensors.Floats($"{name}/bias", bias, bias.Length));
            graph.Node.Add(Nodes.Create("Gemm", [input, w, b], graph.Free(name), Nodes.Int("transB", 1)));
            return graph.Node[^1].Output[0];
        }

        string Step(string op, string name, string input)
        {
            graph.Node.Add(Nodes.Create(op, [input], graph.Free(name)));
            return graph.Node[^1].Output[0];
        }

        string Store(TensorProto tensor)
        {
            tensor.Name = graph.Free(tensor.Name);
            graph.Initializer.Add(tensor);
            return tensor.Name;
        }
    }

    private static (float[] Weight, float[] Bias) FoldFirst(UncertaintyHead head) => Fold(head.HiddenWeight.Span, head.Hidden, row =>
    {
        var factor = head.HiddenScale.Span[row] / Math.Sqrt(head.HiddenVariance.Span[row] + UncertaintyHead.NormEpsilon);
        return (factor, head.HiddenCentre.Span[row] - factor * head.HiddenMean.Span[row]);
    });

    private static (float[] Weight, float[] Bias) FoldSecond(UncertaintyHead head) => Fold(head.OutputWeight.Span, head.Dimension, row =>
    {
        var factor = head.Gain / Math.Sqrt(head.OutputVariance.Span[row] + UncertaintyHead.NormEpsilon);
        return (factor, head.Offset - factor * head.OutputMean.Span[row]);
    });

    private static (float[] Weight, float[] Bias) Fold(ReadOnlySpan<float> weight, int rows, Func<int, (double Factor, double Offset)> affine)
    {
        var (folded, bias, columns) = (new float[weight.Length], new float[rows], weight.Length / rows);
        for (var row = 0; row < rows; row++)
        {
            var (factor, offset) = affine(row);
            bias[row] = (float)offset;
            for (var i = row * columns; i < (row + 1) * columns; i++) folded[i] = (float)(factor * weight[i]);
        }
        return (folded, bias);
    }
}
