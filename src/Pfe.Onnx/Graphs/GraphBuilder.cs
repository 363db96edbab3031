using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>Adds nodes and weights to a graph; a name that is taken gets a number.</summary>
internal sealed class GraphBuilder(GraphProto graph)
{
    /// <summary>A node with one output; gives the output's name.</summary>
    public string Add(string op, string[] inputs, string name, params ReadOnlySpan<AttributeProto> attributes)
    {
        var output = graph.Free(name);
        graph.Node.Add(Nodes.Create(op, inputs, output, attributes));
        return output;
    }

    /// <summary>A stored tensor; gives its name.</summary>
    public string Weight(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> dims)
    {
        var tensor = Tensors.Floats(graph.Free(name), values, dims);
        graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>A fully connected layer on [N, columns] with weight [rows, columns].</summary>
    public string Dense(string name, string input, FoldedDense layer) => Add("Gemm",
        [input, Weight($"{name}/weight", layer.Weight, layer.Bias.Length, layer.Weight.Length / layer.Bias.Length),
            Weight($"{name}/bias", layer.Bias, layer.Bias.Length)],
        name, Nodes.Int("transB", 1));
}
