using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>
/// One operator's output shapes from its input shapes (ONNX operator reference); null where they cannot be told. A node is taken at its
/// word: one that breaks its operator's rules (an axis that is not there, sizes beyond 64 bits) ends in an exception, which
/// <see cref="ShapeInference"/> turns into a shape that cannot be told.
/// </summary>
internal static class ShapeRules
{
    public static IEnumerable<long[]?> Outputs(NodeProto node, long[]?[] shapes, long[]?[] integers)
    {
        if (node.OpType == "Shape") return [shapes[0] is { } of ? [of.Length] : null];
        if (shapes.Length == 0 || shapes[0] is not { } x) return [];
        var second = shapes.ElementAtOrDefault(1);
        var axes = node.Ints("axes") ?? integers.ElementAtOrDefault(1);
        return node.OpType switch
        {
            "Relu" or "PRelu" or "LeakyRelu" or "Elu" or "Selu" or "Celu" or "Gelu" or "Mish" or "Sigmoid" or "Tanh" or "HardSigmoid"
                or "HardSwish"
                or "Softplus" or "Softsign" or "ThresholdedRelu" or "Erf" or "Exp" or "Log" or "Sqrt" or "Abs" or "Neg" or "Reciprocal"
                    or "Clip"
                or "Identity" or "Dropout" or "Cast" or "BatchNormalization" or "InstanceNormalization" or "LayerNormalization"
                or "GroupNormalization" or "Softmax" or "LogSoftmax" or "LpNormalization" or "LRN" or "QuantizeLinear"
                    or "DequantizeLinear" => [x],
            "Add" or "Sub" or "Mul" or "Div" or "Pow" or "Max" or "Min" or "Sum" or "Mean" => [Broadcast(shapes)],
            "Expand" => [integers.ElementAtOrDefault(1) is { } target ? Broadcast([x, target]) : null],
            "Conv" or "ConvInteger" => [second is null ? null : Window(node, x, second[0], node.Ints("kernel_shape") ?? second[2..])],
            "MaxPool" or "AveragePool" or "LpPool" => [Window(node, x, x[1], node.Ints("kernel_shape") ?? [])],
            "GlobalAveragePool" or "GlobalMaxPool" => [[x[0], x[1], .. Enumerable.Repeat(1L, x.Length - 2)]],
            "Flatten" => [Flatten(x, node.Int("axis", 1))],
            "Reshape" => [(node.Ints("shape") ?? integers.ElementAtOrDefault(1)) is { } wanted
                ? Reshape(x, wanted, node.Int("allowzero", 0) != 0) : null],
            "Transpose" => [[.. (node.Ints("perm") ?? [.. Enumerable.Range(0, x.Length).Reverse().Select(i => (long)i)])
                .Select(axis => x[axis])]],
            "Squeeze" => [Squeeze(x, axes)],
            "Unsqueeze" => [axes is null ? null : Unsqueeze(x, axes)],
            "Concat" => [Concat(shapes, node.Int("axis", 0))],
            "Gather" => [second is null ? null : Gather(x, second, node.Int("axis", 0))],
            "Slice" => [Slice(node, x, integers)],
            "Pad" => [Pad(x, node.Ints("pads") ?? integers.ElementAtOrDefault(1))],
            "Gemm" => [second is null ? null : [x[node.Int("transA", 0) == 0 ? 0 : 1], second[node.Int("transB", 0) == 0 ? 1 : 0]]],
            "QLinearConv" => [shapes.ElementAtOrDefault(3) is { } kernel
                ? Window(node, x, kernel[0], node.Ints("kernel_shape") ?? kernel[2..]) : null],
            "MatMul" or "MatMulInteger" => [second is null ? null : MatMul(x, second)],
            "QLinearMatMul" => [shapes.ElementAtOrDefault(3) is { } matrix ? MatMul(x, matrix) : null],
            "DynamicQuantizeLinear" => [x, [], []],
            "Split" => Split(node, x, integers.ElementAtOrDefault(1)),
            _ when node.OpType.StartsWith("Reduce", StringComparison.Ordinal) => [Reduce(x, axes, node.Int("keepdims", 1) != 0)],
            _ => [],
        };
    }

    /// <summary>The first position that a slice takes from a dimension, and how many it takes.</summary>
    public static (long First, long Count) SliceBounds(long size, long start, long end, long step)
    {
        if (step == 0) return (0, 0);
        var low = step > 0 ? 0 : -1;
        var high = step > 0 ? size : size - 1;
        start = Math.Clamp(start < 0 ? start + size : start, Math.Max(low, 0), Math.Max(high, 0));
        end = Math.Clamp(end < 0 && end >= -size ? end + size : end, low, high);
        // Counted, not walked: a step of 1 through a size of 2^62 would take years.
        if (step > 0) return (start, end <= start ? 0 : (end - start - 1) / step + 1);
        return (start, size == 0 || start <= end ? 0 : 1 - (start - end - 1) / step);
    }

    private static long[]? Broadcast(long[]?[] shapes)
    {
        if (shapes.Any(shape => shape is null)) return null;
        var result = new long[shapes.Max(shape => shape!.Length)];
        Array.Fill(result, 1);
        foreach (var shape in shapes)
            for (var i = 1; i <= shape!.Length; i++)
                if (shape[^i] != 1) result[^i] = shape[^i];
        return result;
    }

    private static long[]? Window(NodeProto node, long[] x, long channels, long[] kernel)
    {
        var rank = x.Length - 2;
        if (kernel.Length != rank) return null;
        var (pads, strides, dilations) = (node.Ints("pads"), node.Ints("strides"), node.Ints("dilations"));
        var result = new long[x.Length];
        (result[0], result[1]) = (x[0], channels);
        for (var i = 0; i < rank; i++)
        {
            var (stride, reach) = (strides?[i] ?? 1, (kernel[i] - 1) * (dilations?[i] ?? 1) + 1);
            var room = x[i + 2] + (pads?[i] ?? 0) + (pads?[i + rank] ?? 0) - reach;
            result[i + 2] = node.Text("auto_pad", "NOTSET") switch
            {
                "SAME_UPPER" or "SAME_LOWER" => (x[i + 2] + stride - 1) / stride,
                "VALID" => (x[i + 2] - reach) / stride + 1,
                _ when node.Int("ceil_mode", 0) != 0 => (room + stride - 1) / stride + 1,
                _ => room / stride + 1,
            };
        }
        return result;
    }

    private static long[] Flatten(long[] x, long axis)
    {
        var at = (int)(axis < 0 ? axis + x.Length : axis);
        return [Product(x[..at]), Product(x[at..])];
    }

    private static long[]? Reshape(long[] x, long[] wanted, bool zeroMeansZero)
    {
        var result = wanted.Select((size, i) => size == 0 && !zeroMeansZero ? i < x.Length ? x[i] : -2 : size).ToArray();
        var open = Array.IndexOf(result, -1);
        var known = Product([.. result.Where(size => size != -1)]);
        if (open >= 0)
        {
            if (known <= 0 || Product(x) % known != 0) return null;
            result[open] = Product(x) / known;
        }
        return Product(result) == Product(x) ? result : null;
    }

    private static long[] Squeeze(long[] x, long[]? axes)
    {
        var gone = axes?.Select(axis => axis < 0 ? axis + x.Length : axis).ToHashSet();
        return [.. x.Where((size, i) => gone is null ? size != 1 : !gone.Contains(i))];
    }

    private static long[] Unsqueeze(long[] x, long[] axes)
    {
        var result = x.ToList();
        foreach (var axis in axes.Select(axis => axis < 0 ? axis + x.Length + axes.Length : axis).Order()) result.Insert((int)axis, 1);
        return [.. result];
    }

    private static long[]? Concat(long[]?[] shapes, long axis)
    {
        if (shapes.Any(shape => shape is null || shape.Length != shapes[0]!.Length)) return null;
        var result = (long[])shapes[0]!.Clone();
        var at = axis < 0 ? axis + result.Length : axis;
        result[at] = shapes.Sum(shape => shape![at]);
        return result;
    }

    private static long[] Gather(long[] x, long[] indices, long axis)
    {
        var at = (int)(axis < 0 ? axis + x.Length : axis);
        return [.. x[..at], .. indices, .. x[(at + 1)..]];
    }

    private static long[]? Slice(NodeProto node, long[] x, long[]?[] integers)
    {
        var starts = node.Ints("starts") ?? integers.ElementAtOrDefault(1);
        var ends = node.Ints("ends") ?? integers.ElementAtOrDefault(2);
        if (starts is null || ends is null) return null;
        var axes = node.Ints("axes") ?? integers.ElementAtOrDefault(3);
        var steps = integers.ElementAtOrDefault(4);
        var result = (long[])x.Clone();
        for (var i = 0; i < starts.Length; i++)
        {
            var axis = axes?[i] ?? i;
            if (axis < 0) axis += x.Length;
            result[axis] = SliceBounds(x[axis], starts[i], ends[i], steps?[i] ?? 1).Count;
        }
        return result;
    }

    private static long[]? Pad(long[] x, long[]? pads) =>
        pads?.Length == 2 * x.Length ? [.. x.Select((size, i) => size + pads[i] + pads[i + x.Length])] : null;

    private static long[]? MatMul(long[] x, long[] y) =>
        x.Length < 2 || y.Length < 2 ? null : [.. Broadcast([x[..^2], y[..^2]])!, x[^2], y[^1]];

    private static IEnumerable<long[]?> Split(NodeProto node, long[] x, long[]? sizes)
    {
        var axis = node.Int("axis", 0);
        if (axis < 0) axis += x.Length;
        if (axis < 0 || axis >= x.Length) return [];
        sizes = node.Ints("split") ?? sizes ?? [.. Enumerable.Repeat(x[axis] / node.Output.Count, node.Output.Count)];
        return sizes.Select(size => x.Select((old, i) => i == axis ? size : old).ToArray());
    }

    private static long[] Reduce(long[] x, long[]? axes, bool keep)
    {
        var gone = axes is null or [] ? [.. Enumerable.Range(0, x.Length).Select(i => (long)i)]
            : axes.Select(axis => axis < 0 ? axis + x.Length : axis).ToHashSet();
        return [.. x.Select((size, i) => gone.Contains(i) ? 1 : size).Where((_, i) => keep || !gone.Contains(i))];
    }

    private static long Product(long[] sizes) => sizes.Aggregate(1L, (product, size) => product * size);
}
