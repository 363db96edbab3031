using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>
/// Shapes of a graph's tensors for one given batch size, from the operators that image networks use. Every size is a number: where it
/// cannot be told (an unknown operator, an open image size, a node that breaks its operator's rules) the tensor is left out, and so is all
/// that follows from it. Memory stays in proportion to the file, whatever its nodes ask for.
/// </summary>
internal sealed class ShapeInference
{
    private const int MostDimensions = 64;
    private const int MostIntegers = 1 << 20;

    private readonly Dictionary<string, long[]> _shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long[]> _integers = new(StringComparer.Ordinal);

    private int _integersLeft = MostIntegers;

    private ShapeInference(OnnxModel model, long? batch)
    {
        foreach (var tensor in model.Proto.Graph.Initializer) Store(tensor.Name, tensor);
        foreach (var input in model.Inputs)
            if (WithBatch(input.Shape, batch) is { } shape) _shapes[input.Name] = shape;
        foreach (var node in model.Proto.Graph.Node)
            if (node.IsStandard() && node.Output.Count > 0) Follow(node);
        // What no rule tells (an operator of a vendor, a newer one), the file may say of its outputs.
        foreach (var output in model.Outputs)
            if (!_shapes.ContainsKey(output.Name) && WithBatch(output.Shape, batch) is { } shape) Know(output.Name, shape);
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
        Know(name, [.. tensor.Dims]);
        if (Tensors.Integers(tensor, IntegerRules.MostValues) is { } values) Know(name, integers: values);
    }

    private void Know(string name, long[]? shape = null, long[]? integers = null)
    {
        if (shape is not null && shape.Length <= MostDimensions && Array.TrueForAll(shape, size => size >= 0)) _shapes[name] = shape;
        if (integers is null || integers.Length > IntegerRules.MostValues || (_integersLeft -= integers.Length) < 0) return;
        _integers[name] = integers;
    }

    private void Follow(NodeProto node)
    {
        if (node.OpType == "Constant") { Constant(node); return; }
        var inputs = node.Input.Select(name => _shapes.GetValueOrDefault(name)).ToArray();
        var integers = node.Input.Select(name => _integers.GetValueOrDefault(name)).ToArray();
        try
        {
            if (IntegerRules.Evaluate(node, inputs, integers) is { } values) Know(node.Output[0], integers: values);
            foreach (var (name, shape) in node.Output.Zip(ShapeRules.Outputs(node, inputs, integers))) Know(name, shape);
        }
        catch (Exception e) when (e is ArithmeticException or IndexOutOfRangeException or ArgumentException)
        {
            // The node breaks its operator's rules; see ShapeRules.
        }
    }

    private void Constant(NodeProto node)
    {
        var name = node.Output[0];
        if (node.Attribute("value")?.T is { } tensor) { Store(name, tensor); return; }
        var values = node.Ints("value_ints") ?? (node.Attribute("value_int") is { } one ? [one.I] : null);
        if (values is null) return;
        Know(name, node.Attribute("value_int") is null ? [values.Length] : [], values);
    }
}
