using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>The uncertainty head as nodes: both batch normalisations, the gain and the offset folded into two Gemm.</summary>
internal static class HeadNodes
{
    public static void Append(GraphProto graph, string source, UncertaintyHead head, int dimension, string output)
    {
        var build = new GraphBuilder(graph);
        var flat = build.Add("Flatten", [source], "head/flat", Nodes.Int("axis", 1));
        var hidden = build.Dense("head/hidden", flat, FoldedDense.Fold(
            head.HiddenWeight.Span, head.HiddenMean.Span, head.HiddenVariance.Span, row =>
                head.HiddenScale.Span[row], row => head.HiddenCentre.Span[row]));
        var active = head.HiddenSlope.IsEmpty
            ? build.Add("Relu", [hidden], "head/active")
            : build.Add("PRelu", [hidden, build.Weight("head/slope", head.HiddenSlope.Span, head.Hidden)], "head/active");
        var logits = build.Dense("head/logits", active, FoldedDense.Fold(
            head.OutputWeight.Span, head.OutputMean.Span, head.OutputVariance.Span, _ => head.Gain, _ => head.Offset));
        var floor = build.Weight("head/floor", [(float)UncertaintyHead.VarianceFloor], 1);
        var variance = build.Add("Add", [build.Add("Exp", [logits], "head/exp"), floor], "head/variance");
        if (head.Dimension == dimension) build.Add("Log", [variance], output);
        // One variance a face is given for every dimension, so that whatever reads the model finds the shape it knows.
        else build.Add("Add", [build.Add("Log", [variance], "head/log"), build.Weight("head/dimensions", new float[dimension], 1,
            dimension)], output);
    }
}
