using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>Element types of a graph's tensors, where they follow from the operators that networks in half precision and quantised ones
/// use.</summary>
internal static class ElementTypes
{
    private const int UInt8 = 2, Boolean = 9;

    /// <summary>The types by tensor, as ONNX numbers them; what cannot be told is left out.</summary>
    public static Dictionary<string, int> Of(GraphProto graph)
    {
        var types = new Dictionary<string, int>(StringComparer.Ordinal);
        // What the file itself says counts, except where an exporter has not kept it up: a node's own rule comes later and wins.
        foreach (var value in graph.Input.Concat(graph.ValueInfo).Concat(graph.Output))
            if (value.Type?.TensorType?.ElemType is > 0 and var type) types[value.Name] = type;
        foreach (var tensor in graph.Initializer) types[tensor.Name] = tensor.DataType;
        foreach (var node in graph.Node.Where(node => node.IsStandard()))
            foreach (var (output, type) in node.Output.Zip(Outputs(node, node.Input.Select(name => types.GetValueOrDefault(name))
                .ToArray())))
                if (type > 0) types[output] = type;
        return types;
    }

    private static IEnumerable<int> Outputs(NodeProto node, int[] inputs) => node.OpType switch
    {
        "Cast" => [(int)Math.Clamp(node.Int("to", 0), 0, int.MaxValue)],
        "Constant" => [node.Attribute("value")?.T?.DataType ?? 0],
        "ConstantOfShape" => [node.Attribute("value")?.T?.DataType ?? Tensors.Float],
        "Shape" or "Size" or "ArgMax" or "ArgMin" or "NonZero" => [Tensors.Int64],
        "Equal" or "Greater" or "Less" or "GreaterOrEqual" or "LessOrEqual" or "Not" or "And" or "Or" => [Boolean],
        "DynamicQuantizeLinear" => [UInt8, Tensors.Float, UInt8],
        "QuantizeLinear" => [inputs.ElementAtOrDefault(2) is > 0 and var zero ? zero : UInt8],
        "DequantizeLinear" => [inputs.ElementAtOrDefault(1)],
        "ConvInteger" or "MatMulInteger" => [Tensors.Int32],
        "QLinearConv" or "QLinearMatMul" => [inputs.ElementAtOrDefault(7)],
        "Where" => [inputs.ElementAtOrDefault(1)],
        "Split" or "BatchNormalization" or "Dropout" or "MaxPool" => Enumerable.Repeat(inputs.FirstOrDefault(), 1)
            .Concat(node.OpType == "Split" ? Enumerable.Repeat(inputs.FirstOrDefault(), Math.Max(0, node.Output.Count - 1)) : []),
        _ => [inputs.FirstOrDefault(type => type > 0)],
    };
}
