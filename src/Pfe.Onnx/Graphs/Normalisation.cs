using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>Brings an embedding to unit length, unless the network has done so.</summary>
internal static class Normalisation
{
    public static void Append(GraphProto graph, string embedding, string output)
    {
        var flat = graph.Free($"{output}/flat");
        graph.Node.Add(Nodes.Create("Flatten", [embedding], flat, Nodes.Int("axis", 1)));
        graph.Node.Add(IsUnitLength(graph, embedding)
            ? Nodes.Create("Identity", [flat], output)
            : Nodes.Create("LpNormalization", [flat], output, Nodes.Int("axis", 1), Nodes.Int("p", 2)));
    }

    /// <summary>The tensor that is brought to unit length to become another, on whose way only its shape changes; null where there is no
    /// such step.</summary>
    public static string? Before(GraphProto graph, string name)
    {
        var producers = graph.Producers();
        var end = Through(producers, name, "Identity", "Flatten", "Reshape");
        return producers.GetValueOrDefault(end) is { } node && IsUnitLength(producers, end) && producers.ContainsKey(node.Input[0])
            ? node.Input[0] : null;
    }

    private static bool IsUnitLength(GraphProto graph, string name) => IsUnitLength(graph.Producers(), name);

    /// <summary>
    /// Whether a tensor is made by LpNormalization, or by x / norm(x) as exporters write it: a second normalisation would only add
    /// rounding.
    /// </summary>
    private static bool IsUnitLength(Dictionary<string, NodeProto> producers, string name)
    {
        var node = producers.GetValueOrDefault(Through(producers, name, "Identity"));
        if (node?.OpType == "LpNormalization") return node.Int("p", 2) == 2;
        if (node?.OpType != "Div") return false;
        var norm = producers.GetValueOrDefault(Through(producers, node.Input[1], "Expand", "Clip", "Max", "Unsqueeze", "Identity",
            "Reshape"));
        return norm?.OpType == "ReduceL2" && norm.Input[0] == node.Input[0];
    }

    /// <summary>Walks back while a tensor is made by one of some operators; a walk round in a circle ends.</summary>
    private static string Through(Dictionary<string, NodeProto> producers, string name, params ReadOnlySpan<string> operators)
    {
        for (var steps = producers.Count; steps > 0; steps--)
        {
            if (!producers.TryGetValue(name, out var node) || !operators.Contains(node.OpType)) break;
            name = node.Input[0];
        }
        return name;
    }
}
