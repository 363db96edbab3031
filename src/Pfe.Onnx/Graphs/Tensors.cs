using System.Runtime.InteropServices;
using Google.Protobuf;
using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>Tensors stored in a graph, to and from plain arrays.</summary>
internal static class Tensors
{
    public const int Float = 1, Int32 = 6, Int64 = 7;

    /// <summary>ONNX's name of an element type.</summary>
    public static string TypeName(int type) => type switch
    {
        1 => "float",
        2 => "uint8",
        3 => "int8",
        4 => "uint16",
        5 => "int16",
        6 => "int32",
        7 => "int64",
        8 => "string",
        9 => "bool",
        10 => "float16",
        11 => "double",
        12 => "uint32",
        13 => "uint64",
        16 => "bfloat16",
        _ => $"type {type}",
    };

    public static TensorProto Floats(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> dims) =>
        Raw(name, Float, MemoryMarshal.AsBytes(values), dims);

    public static TensorProto Longs(string name, ReadOnlySpan<long> values) =>
        Raw(name, Int64, MemoryMarshal.AsBytes(values), [values.Length]);

    /// <summary>The values of a small integer tensor (a shape, axes, an index), or null when it holds something else or more than
    /// that.</summary>
    public static long[]? Integers(TensorProto tensor, int most)
    {
        var width = tensor.DataType switch { Int64 => sizeof(long), Int32 => sizeof(int), _ => 0 };
        if (width == 0 || tensor.RawData.Length / width > most || tensor.Int64Data.Count > most || tensor.Int32Data.Count > most)
            return null;
        return (tensor.DataType, tensor.HasRawData) switch
        {
            (Int64, true) => MemoryMarshal.Cast<byte, long>(tensor.RawData.Span).ToArray(),
            (Int64, false) => [.. tensor.Int64Data],
            (_, true) => [.. MemoryMarshal.Cast<byte, int>(tensor.RawData.Span).ToArray().Select(value => (long)value)],
            _ => [.. tensor.Int32Data.Select(value => (long)value)],
        };
    }

    private static TensorProto Raw(string name, int type, ReadOnlySpan<byte> bytes, ReadOnlySpan<long> dims)
    {
        var tensor = new TensorProto { Name = name, DataType = type, RawData = ByteString.CopyFrom(bytes) };
        foreach (var size in dims) tensor.Dims.Add(size);
        return tensor;
    }
}
