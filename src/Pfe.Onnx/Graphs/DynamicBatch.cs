using Google.Protobuf.Collections;
using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>Frees a graph of the batch size it was exported with.</summary>
internal static class DynamicBatch
{
    private const long Trial = 3;

    public static ModelProto Rewrite(OnnxModel model)
    {
        var proto = model.Proto.Clone();
        FreeReshapes(model, proto.Graph);
        var inputs = model.Inputs.Select(input => input.Name).ToHashSet();
        Open(proto.Graph.Input.Where(input => inputs.Contains(input.Name)));
        Open(proto.Graph.Output);
        proto.Graph.ValueInfo.Clear();
        Check(new OnnxModel(proto, model.Name));
        return proto;
    }

    /// <summary>
    /// Exporters write <c>Reshape(x, [1, -1])</c> where batch 1 was traced. A leading size equal to the batch becomes 0, "as in the
    /// input", which says the same and lets another -1 stand.
    /// </summary>
    private static void FreeReshapes(OnnxModel model, GraphProto graph)
    {
        var (shapes, integers) = ShapeInference.RunWithIntegers(model);
        var fromImage = model.ComputedFromInputs();
        foreach (var node in graph.Node)
        {
            if (node.OpType != "Reshape" || !node.IsStandard() || node.Input.Count < 2 || node.Int("allowzero", 0) != 0) continue;
            if (!fromImage.Contains(node.Input[0]) || shapes.GetValueOrDefault(node.Input[0]) is not [var batch, ..]) continue;
            if (integers.GetValueOrDefault(node.Input[1]) is not { Length: > 1 } target || target[0] != batch) continue;
            // The constant may serve other nodes: this one gets its own.
            var own = $"{node.Output[0]}/any_batch_shape";
            graph.Initializer.Add(Tensors.Longs(own, [0, .. target[1..]]));
            node.Input[1] = own;
        }
    }

    private static void Open(IEnumerable<ValueInfoProto> values)
    {
        foreach (var dims in values.Select(value => value.Type?.TensorType?.Shape?.Dim)
            .OfType<RepeatedField<TensorShapeProto.Types.Dimension>>())
            if (dims.Count > 0) dims[0] = new TensorShapeProto.Types.Dimension { DimParam = "N" };
    }

    private static void Check(OnnxModel model)
    {
        var (shapes, integers) = ShapeInference.RunWithIntegers(model, Trial);
        foreach (var node in model.Proto.Graph.Node.Where(node => node.OpType == "Reshape" && node.Input.Count > 1))
            if (shapes.ContainsKey(node.Input[0]) && integers.ContainsKey(node.Input[1]) && !shapes.ContainsKey(node.Output[0]))
                throw new PfeException($"'{model.Name}' works for one batch size only: its Reshape '{node.Output[0]}' has the size " +
                    "written into it; export it with a dynamic batch");
        foreach (var output in model.Outputs)
            if (shapes.GetValueOrDefault(output.Name) is { } shape && (shape.Length == 0 || shape[0] != Trial))
                throw new PfeException($"'{model.Name}' works for one batch size only: output '{output.Name}' is " +
                    $"[{string.Join(", ", shape)}] for {Trial} images; export it with a dynamic batch");
    }
}
