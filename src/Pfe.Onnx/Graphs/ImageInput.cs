using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>Settles the one image input of a base network: float [N, 3, height, width], whatever the file leaves open or turns
/// round.</summary>
internal static class ImageInput
{
    /// <summary>Changes <paramref name="proto"/>, a private copy of <paramref name="network"/>'s, and gives the input's name.</summary>
    public static string Settle(ModelProto proto, OnnxModel network, NetworkDescription description)
    {
        if (network.Inputs is not [var input])
            throw new PfeException($"'{network.Name}' has {network.Inputs.Count} inputs " +
                $"({string.Join(", ", network.Inputs.Select(one => one.Name))}): a base network takes one image");
        var (width, height) = (description.Width, description.Height);
        var planesFirst = Fits(input.Shape, [-1, 3, height, width]);
        if (input.Type is not ("float" or "float16" or "double") || !(planesFirst || Fits(input.Shape, [-1, height, width, 3])))
            throw new PfeException($"'{network.Name}' takes {input}; description '{description.Name}' wants float [?, 3, {height}, " +
                $"{width}] (or the planes last)");
        if (network.Opset < 7)
            throw new PfeException($"'{network.Name}' is written in ONNX operator set {network.Opset}; convert it to 7 or later first " +
                "(onnx.version_converter)");
        var batch = input.Shape[0];
        var value = proto.Graph.Input.First(value => value.Name == input.Name);
        if (input.Type != "float") Converted(proto.Graph, input.Name, value.Type.TensorType.ElemType);
        if (!planesFirst) PlanesLast(proto.Graph, input.Name);
        proto.Graph.Input.First(settled => settled.Name == input.Name).Type = GraphEdits.FloatTensor(input.Name, batch, 3, height, width)
            .Type;
        return input.Name;
    }

    /// <summary>Networks in half (or double) precision take such images: a cast in front lets them be float, as everywhere else.</summary>
    private static void Converted(GraphProto graph, string input, int type)
    {
        var inner = graph.Free($"{input}/converted");
        graph.Rename(input, inner);
        graph.Input.First(value => value.Name == inner).Name = input;
        graph.Node.Insert(0, Nodes.Create("Cast", [input], inner, Nodes.Int("to", type)));
    }

    /// <summary>Networks from TensorFlow take the planes last; a transpose in front makes them like the others.</summary>
    private static void PlanesLast(GraphProto graph, string input)
    {
        var inner = graph.Free($"{input}/nhwc");
        graph.Rename(input, inner);
        graph.Input.First(value => value.Name == inner).Name = input;
        graph.Node.Insert(0, Nodes.Create("Transpose", [input], inner, Nodes.Ints("perm", 0, 2, 3, 1)));
    }

    private static bool Fits(IReadOnlyList<long> shape, long[] wanted) =>
        shape.Count == 4 && shape.Zip(wanted).Skip(1).All(pair => pair.First < 0 || pair.First == pair.Second);
}
