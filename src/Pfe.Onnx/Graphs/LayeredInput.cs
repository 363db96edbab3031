using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>
/// A head's input made of several layers, as ProbFace's resface64_relu_m.py has it: one tensor flattened and, behind it, other tensors
/// averaged over their positions. It goes by one name, <c>feature+pool(stage1)+pool(stage2)</c>, under which the joined tensor is computed.
/// </summary>
internal static class LayeredInput
{
    private const string Open = "+pool(";

    /// <summary>The name of such an input.</summary>
    /// <param name="main">The tensor that is flattened.</param>
    /// <param name="pooled">The tensors that are averaged; none: the main tensor's own name.</param>
    public static string Name(string main, IEnumerable<string> pooled) => main + string.Concat(pooled.Select(tensor => $"{Open}{tensor})"));

    /// <summary>Whether a name is of this kind.</summary>
    public static bool Is(string name) => name.Contains(Open, StringComparison.Ordinal) && name.EndsWith(')');

    /// <summary>Adds the nodes that compute the tensor of this name; nothing where it is a plain tensor or is computed already.</summary>
    /// <exception cref="PfeException">The graph has no tensor that the name names.</exception>
    public static void Append(GraphProto graph, string name, string model)
    {
        if (!Is(name) || graph.Uses(name)) return;
        string[] parts = [.. name.Split(Open).Select((part, index) => index > 0 && part.EndsWith(')') ? part[..^1] : part)];
        foreach (var part in parts)
            if (graph.Producer(part) is null) throw new PfeException(
                $"'{model}' computes no tensor '{part}', which the head's input '{name}' takes in");
        var build = new GraphBuilder(graph);
        string[] flat = [.. parts.Select((part, index) => index == 0
            ? build.Add("Flatten", [part], "head/layer0", Nodes.Int("axis", 1))
            : build.Add("Flatten", [build.Add("GlobalAveragePool", [part], $"head/pool{index}")], $"head/layer{index}",
                Nodes.Int("axis", 1)))];
        build.Add("Concat", flat, name, Nodes.Int("axis", 1));
    }
}
