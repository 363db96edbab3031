using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>
/// Shapes of a graph's tensors for one given batch size, from the operators that image networks use. Every size is a number: where it
/// cannot be told (an unknown operator, an open image size) the tensor is left out, and so is all that follows from it.
/// </summary>
internal sealed class ShapeInference
{
    private readonly Dictionary<string, long[]> _shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long[]> _integers = new(StringComparer.Ordinal);

    private ShapeInference(OnnxModel model, long? batch)
    {
        foreach (var tensor in model.Proto.Graph.Initializer) Store(tensor.Name, tensor);
        foreach (var input in model.Inputs)
            if (WithBatch(input.Shape, batch) is { } shape) _shapes[input.Name] = shape;
        foreach (var node in model.Proto.Graph.Node)
            if (node.IsStandard() && node.Output.Count > 0) Follow(node);
    }

    /// <summary>The shapes of all tensors that can be told.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">Batch size; null for the one written in the file, or 1 where it is open.</param>
    public static IReadOnlyDictionary<string, long[]> Run(OnnxModel model, long? batch = null) => new ShapeInference(model, batch)._shapes;

    /// <summary>The same, with the integer tensors (shapes, axes) whose values are known before the network runs.</summary>
    public static (IReadOnlyDictionary<string, long[]> Shapes, IReadOnlyDictionary<string, long[]> Integers) RunWithIntegers(
        OnnxModel model, long? batch = null)
    {
        var result = new ShapeInference(model, batch);
        return (result._shapes, result._integers);
    }

    private static long[]? WithBatch(IReadOnlyList<long> shape, long? batch)
    {
        if (shape.Count == 0 || shape.Skip(1).Any(size => size < 0)) return null;
        return [batch ?? (shape[0] < 0 ? 1 : shape[0]), .. shape.Skip(1)];
    }

    private void Store(string name, TensorProto tensor)
    {
        _shapes[name] = [.. tensor.Dims];
        if (Tensors.Integers(tensor) is { } values) _integers[name] = values;
    }

    private void Follow(NodeProto node)
    {
        if (node.OpType == "Constant") { Constant(node); return; }
        var inputs = node.Input.Select(name => _shapes.GetValueOrDefault(name)).ToArray();
        var integers = node.Input.Select(name => _integers.GetValueOrDefault(name)).ToArray();
        if (IntegerRules.Evaluate(node, inputs, integers) is { } values) _integers[node.Output[0]] = values;
        foreach (var (name, shape) in node.Output.Zip(ShapeRules.Outputs(node, inputs, integers)))
            if (shape is not null) _shapes[name] = shape;
    }

    private void Constant(NodeProto node)
    {
        var name = node.Output[0];
        if (node.Attribute("value")?.T is { } tensor) { Store(name, tensor); return; }
        var values = node.Ints("value_ints") ?? (node.Attribute("value_int") is { } one ? [one.I] : null);
        if (values is null) return;
        _integers[name] = values;
        _shapes[name] = node.Attribute("value_int") is null ? [values.Length] : [];
    }
}
