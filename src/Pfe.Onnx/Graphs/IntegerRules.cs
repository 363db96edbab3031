using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>
/// The values of small integer tensors that exporters compute shapes with (Shape, Gather, Concat, ...). A scalar and a vector of one
/// are not told apart: none of the uses needs it.
/// </summary>
internal static class IntegerRules
{
    /// <summary>A tensor with more is no shape, and what follows from it is not told: a few nodes can double it a few dozen
    /// times.</summary>
    public const int MostValues = 4096;

    public static long[]? Evaluate(NodeProto node, long[]?[] shapes, long[]?[] integers)
    {
        if (node.OpType == "Shape")
            return shapes[0] is { } shape ? shape[Start(node, shape.Length)..End(node, shape.Length)] : null;
        if (integers.Length == 0 || integers[0] is not { } first) return null;
        var second = integers.ElementAtOrDefault(1);
        return node.OpType switch
        {
            "Identity" or "Cast" or "Squeeze" or "Unsqueeze" or "Reshape" => first,
            "Gather" when second is not null => [.. second.Select(index => first[index < 0 ? index + first.Length : index])],
            "Concat" when integers.All(part => part is not null) && integers.Sum(part => (long)part!.Length) <= MostValues =>
                [.. integers.SelectMany(part => part!)],
            "Slice" when integers.Skip(1).All(part => part is { Length: 1 }) && integers.Length >= 3 => Slice(first, integers),
            "Add" => Pairwise(first, second, (a, b) => a + b),
            "Sub" => Pairwise(first, second, (a, b) => a - b),
            "Mul" => Pairwise(first, second, (a, b) => a * b),
            "Div" when second?.All(value => value != 0) == true => Pairwise(first, second, (a, b) => a / b),
            _ => null,
        };
    }

    private static long[] Slice(long[] values, long[]?[] integers)
    {
        var step = integers.ElementAtOrDefault(4)?[0] ?? 1;
        var (start, count) = ShapeRules.SliceBounds(values.Length, integers[1]![0], integers[2]![0], step);
        return [.. Enumerable.Range(0, (int)count).Select(i => values[start + i * step])];
    }

    private static int Start(NodeProto node, int rank) => Bound(node.Int("start", 0), rank);

    private static int End(NodeProto node, int rank) => Bound(node.Int("end", rank), rank);

    private static int Bound(long value, int rank) => (int)Math.Clamp(value < 0 ? value + rank : value, 0, rank);

    private static long[]? Pairwise(long[] first, long[]? second, Func<long, long, long> apply) => second switch
    {
        null => null,
        { Length: 1 } => [.. first.Select(value => apply(value, second[0]))],
        _ when first.Length == 1 => [.. second.Select(value => apply(first[0], value))],
        _ when first.Length == second.Length => [.. first.Zip(second, apply)],
        _ => null,
    };
}
