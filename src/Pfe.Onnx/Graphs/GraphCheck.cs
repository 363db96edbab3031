using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>What every graph must keep to before anything in it is believed: what the format demands, as far as Pfe relies on it.</summary>
internal static class GraphCheck
{
    // Operators whose inputs are followed by their places.
    private static readonly Dictionary<string, int> LeastInputs = new(StringComparer.Ordinal)
    {
        ["Identity"] = 1, ["Flatten"] = 1, ["Reshape"] = 1, ["LpNormalization"] = 1, ["ReduceL2"] = 1, ["Expand"] = 1, ["Clip"] =
            1, ["Max"] = 1,
        ["Unsqueeze"] = 1, ["Cast"] = 1, ["Div"] = 2,
    };

    /// <exception cref="PfeException">The graph breaks a rule; the message names the node or weight.</exception>
    public static void Refuse(GraphProto graph, string model)
    {
        var computed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            var least = LeastInputs.GetValueOrDefault(node.OpType);
            if (node.Input.Count < least || (least > 0 && node.Output.Count == 0))
                throw Damaged($"a node {node.OpType} has {node.Input.Count} inputs and {node.Output.Count} outputs, at least {least} " +
                    "and 1 are wanted");
            // An output that is not wanted has an empty name.
            foreach (var output in node.Output)
                if (output.Length > 0 && !computed.Add(output)) throw Damaged($"tensor '{output}' is computed twice");
        }
        foreach (var tensor in graph.Initializer.Concat(graph.Node.Where(node => node.OpType == "Constant")
            .Select(node => node.Attribute("value")?.T).OfType<TensorProto>()))
            if (!HasSize(tensor)) throw Damaged($"weight '{tensor.Name}' has the shape [{string.Join(", ", tensor.Dims.Take(8))}]");

        PfeException Damaged(string how) => new($"'{model}' is no sound ONNX model: {how}");
    }

    private static bool HasSize(TensorProto tensor)
    {
        var left = long.MaxValue;
        foreach (var size in tensor.Dims)
        {
            if (size < 0) return false;
            if (size > 0) left /= size;
        }
        // Room for the sum over a million weights.
        return left > 1 << 20;
    }
}
