using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>The trust head as nodes that every version of the operator set has: [N, 2], reliability and collision.</summary>
internal static class TrustNodes
{
    public static void Append(GraphProto graph, string embedding, int dimension, string? featureMap, TrustHead head, string output)
    {
        var build = new GraphBuilder(graph);
        var flat = build.Add("Flatten", [embedding], "trust/embedding", Nodes.Int("axis", 1));
        var parts = new List<string> { flat, Length(build, flat, dimension) };
        if (featureMap is not null) parts.AddRange(Statistics(build, featureMap));
        var features = build.Add("Concat", [.. parts], "trust/features", Nodes.Int("axis", 1));
        var centred = build.Add("Sub", [features, build.Weight("trust/mean", head.InputMean.Span, head.Features)], "trust/centred");
        var scaled = build.Add("Mul", [centred, build.Weight("trust/scale", head.InputScale.Span, head.Features)], "trust/scaled");
        var hidden = build.Dense("trust/hidden", Held(build, scaled, -TrustHead.Reach, TrustHead.Reach, "trust/input"), FoldedDense.Fold(
            head.HiddenWeight.Span, head.HiddenMean.Span, head.HiddenVariance.Span, row => head.HiddenScale.Span[row],
                row => head.HiddenCentre.Span[row]));
        var active = build.Add("PRelu", [hidden, build.Weight("trust/slope", head.HiddenSlope.Span, head.Hidden)], "trust/active");
        var logit = build.Dense("trust/logit", active, Row(head, 0, 1, TrustHead.ReliabilityOffset));
        var reliability = build.Add("Sigmoid",
            [Held(build, logit, (float)TrustHead.LeastLogit, (float)TrustHead.GreatestLogit, "trust/held")], "trust/reliability");
        var collision = build.Dense("trust/collision", active, Row(head, 1, TrustHead.CollisionFactor, 0));
        build.Add("Concat", [reliability, collision], output, Nodes.Int("axis", 1));
    }

    // |x| as sqrt(x^2 . 1): ReduceL2 takes its axes differently in different versions.
    private static string Length(GraphBuilder build, string flat, int dimension)
    {
        var squares = build.Add("Mul", [flat, flat], "trust/squares");
        var ones = new float[dimension];
        Array.Fill(ones, 1f);
        return build.Add("Sqrt", [build.Add("MatMul", [squares, build.Weight("trust/ones", ones, dimension, 1)], "trust/sum")],
            "trust/length");
    }

    private static string[] Statistics(GraphBuilder build, string map)
    {
        var mean = build.Add("GlobalAveragePool", [map], "trust/map/mean");
        var off = build.Add("Sub", [map, mean], "trust/map/off");
        var variance = build.Add("GlobalAveragePool", [build.Add("Mul", [off, off], "trust/map/squares")], "trust/map/variance");
        var deviation = build.Add("Sqrt", [variance], "trust/map/deviation");
        return
        [
            build.Add("Flatten", [mean], "trust/means", Nodes.Int("axis", 1)),
            build.Add("Flatten", [deviation], "trust/deviations", Nodes.Int("axis", 1)),
        ];
    }

    // Clip takes its bounds differently in different versions as well.
    private static string Held(GraphBuilder build, string tensor, float least, float greatest, string name)
    {
        var above = build.Add("Max", [tensor, build.Weight($"{name}/least", [least], 1)], $"{name}/above");
        return build.Add("Min", [above, build.Weight($"{name}/greatest", [greatest], 1)], name);
    }

    private static FoldedDense Row(TrustHead head, int row, double factor, double offset)
    {
        var weight = head.OutputWeight.Span.Slice(row * head.Hidden, head.Hidden).ToArray();
        for (var i = 0; i < weight.Length; i++) weight[i] = (float)(factor * weight[i]);
        return new FoldedDense(weight, [(float)(factor * head.OutputBias.Span[row] + offset)]);
    }
}
