using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>Changes to a graph that is already a private copy.</summary>
internal static class GraphEdits
{
    public static void SetMetadata(this ModelProto model, string key, string value)
    {
        var pair = model.MetadataProps.FirstOrDefault(pair => pair.Key == key);
        if (pair is null) model.MetadataProps.Add(pair = new StringStringEntryProto { Key = key });
        pair.Value = value;
    }

    /// <summary>The description of a float tensor; -1 opens a dimension.</summary>
    public static ValueInfoProto FloatTensor(string name, params ReadOnlySpan<long> sizes)
    {
        var shape = new TensorShapeProto();
        foreach (var size in sizes)
            shape.Dim.Add(size < 0 ? new TensorShapeProto.Types.Dimension { DimParam = "N" }
                : new TensorShapeProto.Types.Dimension { DimValue = size });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = Tensors.Float, Shape = shape } }
        };
    }

    /// <summary>What to write about an output: the file's own words if it is one already, else its inferred shape with an open
    /// batch.</summary>
    public static ValueInfoProto Describe(this GraphProto graph, string name, IReadOnlyDictionary<string, long[]> shapes, string model)
    {
        if (graph.Output.FirstOrDefault(output => output.Name == name) is { } known) return known;
        if (!graph.Node.Any(node => node.Output.Contains(name))) throw new PfeException($"'{model}' computes no tensor '{name}'");
        if (shapes.GetValueOrDefault(name) is { } shape) return FloatTensor(name, [-1, .. shape.Skip(1)]);
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = Tensors.Float } }
        };
    }

    public static void SetOutputs(this GraphProto graph, IEnumerable<ValueInfoProto> outputs)
    {
        var list = outputs.ToList();
        graph.Output.Clear();
        graph.Output.AddRange(list);
    }

    /// <summary>The tensors whose values depend on the inputs' values; one that is only asked for its shape passes nothing on.</summary>
    public static HashSet<string> ComputedFromInputs(this OnnxModel model)
    {
        var reached = model.Inputs.Select(input => input.Name).ToHashSet();
        foreach (var node in model.Proto.Graph.Node)
            if (node.OpType != "Shape" && node.Input.Any(reached.Contains)) reached.UnionWith(node.Output);
        return reached;
    }

    /// <summary>The node that computes a tensor, or null for inputs and weights.</summary>
    public static NodeProto? Producer(this GraphProto graph, string tensor) =>
        graph.Node.FirstOrDefault(node => node.Output.Contains(tensor));

    /// <summary>The nodes by the tensors that they compute, the first one where several do.</summary>
    public static Dictionary<string, NodeProto> Producers(this GraphProto graph)
    {
        var producers = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        foreach (var node in graph.Node)
            foreach (var output in node.Output) producers.TryAdd(output, node);
        return producers;
    }

    /// <summary>Whether a name is taken.</summary>
    public static bool Uses(this GraphProto graph, string name) =>
        graph.Input.Any(value => value.Name == name) || graph.Initializer.Any(tensor => tensor.Name == name)
            || graph.Producer(name) is not null;

    /// <summary>The wanted name, or it with a number where it is taken.</summary>
    public static string Free(this GraphProto graph, string wanted)
    {
        if (!graph.Uses(wanted)) return wanted;
        var taken = graph.Input.Select(value => value.Name).Concat(graph.Initializer.Select(tensor => tensor.Name))
            .Concat(graph.Node.SelectMany(node => node.Output)).ToHashSet(StringComparer.Ordinal);
        var name = wanted;
        for (var i = 2; taken.Contains(name); i++) name = $"{wanted}_{i}";
        return name;
    }

    /// <summary>Renames a tensor everywhere it is written or read.</summary>
    public static void Rename(this GraphProto graph, string from, string to)
    {
        foreach (var value in graph.Input.Concat(graph.Output).Concat(graph.ValueInfo).Where(value => value.Name == from)) value.Name = to;
        foreach (var tensor in graph.Initializer.Where(tensor => tensor.Name == from)) tensor.Name = to;
        foreach (var node in graph.Node)
        {
            Replace(node.Input);
            Replace(node.Output);
            // Branches of If and bodies of Loop may read the outer graph's tensors.
            foreach (var inner in node.Attribute.SelectMany(attribute => attribute.Graphs.Append(attribute.G)).OfType<GraphProto>())
                inner.Rename(from, to);
        }

        void Replace(IList<string> names)
        {
            for (var i = 0; i < names.Count; i++)
                if (names[i] == from) names[i] = to;
        }
    }

    /// <summary>Drops nodes, weights and notes that no output needs.</summary>
    public static void Prune(this GraphProto graph)
    {
        var needed = graph.Output.Select(output => output.Name).ToHashSet();
        var kept = new List<NodeProto>();
        foreach (var node in graph.Node.Reverse())
        {
            if (!node.Output.Any(needed.Contains)) continue;
            kept.Add(node);
            Need(node, needed);
        }
        kept.Reverse();
        graph.Node.Clear();
        graph.Node.AddRange(kept);
        Keep(graph.Initializer, tensor => needed.Contains(tensor.Name));
        Keep(graph.Input, input => needed.Contains(input.Name));
        graph.ValueInfo.Clear();
    }

    private static void Need(NodeProto node, HashSet<string> needed)
    {
        needed.UnionWith(node.Input);
        foreach (var inner in node.Attribute.SelectMany(attribute => attribute.Graphs.Append(attribute.G)).OfType<GraphProto>())
        {
            foreach (var innerNode in inner.Node) Need(innerNode, needed);
            needed.UnionWith(inner.Output.Select(output => output.Name));
        }
    }

    private static void Keep<T>(IList<T> list, Func<T, bool> wanted)
    {
        for (var i = list.Count - 1; i >= 0; i--)
            if (!wanted(list[i])) list.RemoveAt(i);
    }
}
