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
    public static string? Before(GraphProto graph, string name) => graph.Producer(name) switch
    {
        { OpType: "Identity" or "Flatten" or "Reshape" } node => Before(graph, node.Input[0]),
        { } node when IsUnitLength(graph, name) && graph.Producer(node.Input[0]) is not null => node.Input[0],
        _ => null,
    };

    /// <summary>
    /// Whether a tensor is made by LpNormalization, or by x / norm(x) as exporters write it: a second normalisation would only add
    /// rounding.
    /// </summary>
    private static bool IsUnitLength(GraphProto graph, string name)
    {
        var node = graph.Producer(name);
        if (node?.OpType == "Identity") return IsUnitLength(graph, node.Input[0]);
        if (node?.OpType == "LpNormalization") return node.Int("p", 2) == 2;
        if (node?.OpType != "Div") return false;
        var norm = graph.Producer(node.Input[1]);
        while (norm?.OpType is "Expand" or "Clip" or "Max" or "Unsqueeze" or "Identity" or "Reshape") norm = graph.Producer(norm.Input[0]);
        return norm?.OpType == "ReduceL2" && norm.Input[0] == node.Input[0];
    }
}
