namespace Pfe.Onnx;

/// <summary>The name, element type and shape of a tensor that goes into or comes out of a network.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Type">Element type in ONNX's spelling, for instance <c>float</c> or <c>int64</c>.</param>
/// <param name="Shape">Sizes, first dimension first; -1 where the file leaves a size open.</param>
public sealed record TensorInfo(string Name, string Type, IReadOnlyList<long> Shape)
{
    /// <summary>For instance <c>image: float [?, 3, 112, 112]</c>.</summary>
    public override string ToString() => $"{Name}: {Type} [{string.Join(", ", Shape.Select(size => size < 0 ? "?" : $"{size}"))}]";
}
