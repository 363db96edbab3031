using Pfe.Onnx.Graphs;
using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Tests;

/// <summary>Draws small graphs: each call adds one node and gives its output's name.</summary>
internal sealed class Sketch
{
    private readonly GraphProto _graph = new() { Name = "sketch" };
    private readonly Random _random = new(7);
    private int _count;

    public long Opset { get; init; } = 13;

    public string Input(string name, params long[] shape)
    {
        _graph.Input.Add(GraphEdits.FloatTensor(name, shape));
        return name;
    }

    public string Node(string op, string[] inputs, params AttributeProto[] attributes) => Named($"t{_count++}", op, inputs, attributes);

    public string Named(string name, string op, string[] inputs, params AttributeProto[] attributes)
    {
        _graph.Node.Add(Nodes.Create(op, inputs, name, attributes));
        return name;
    }

    public string Weight(params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < values.Length; i++) values[i] = (float)(_random.NextDouble() - 0.5);
        var name = $"w{_count++}";
        _graph.Initializer.Add(Tensors.Floats(name, values, shape));
        return name;
    }

    public string Integers(params long[] values)
    {
        var name = $"i{_count++}";
        _graph.Initializer.Add(Tensors.Longs(name, values));
        return name;
    }

    public OnnxModel Model(params string[] outputs)
    {
        var proto = new ModelProto { IrVersion = 7, Graph = _graph.Clone() };
        proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        foreach (var output in outputs)
            proto.Graph.Output.Add(new ValueInfoProto
            {
                Name = output,
                Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = Tensors.Float } }
            });
        return new OnnxModel(proto, "sketch.onnx");
    }

    /// <summary>
    /// A network like the default base, small: convolution, PReLU ("map" [N, 4, 3, 2]), a depthwise convolution over the whole map, a
    /// 1x1 convolution, and a reshape with the batch size written into it.
    /// </summary>
    public static OnnxModel Base(long batch = 1, string input = "input", string output = "output", int dimension = 6)
    {
        var sketch = new Sketch();
        var x = sketch.Input(input, batch, 3, 6, 4);
        x = sketch.Node("Conv", [x, sketch.Weight(4, 3, 3, 3), sketch.Weight(4)], Nodes.Ints("strides", 2, 2),
            Nodes.Ints("pads", 1, 1, 1, 1));
        x = sketch.Named("map", "PRelu", [x, sketch.Weight(4, 1, 1)]);
        x = sketch.Node("Conv", [x, sketch.Weight(4, 1, 3, 2)], Nodes.Int("group", 4));
        x = sketch.Node("Conv", [x, sketch.Weight(dimension, 4, 1, 1)]);
        return sketch.Model(sketch.Named(output, "Reshape", [x, sketch.Integers(batch < 0 ? 1 : batch, -1)]));
    }

    public static NetworkDescription Description { get; } = new() { Name = "sketch", Width = 4, Height = 6 };
}
