using System.Text;
using Google.Protobuf;
using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Graphs;

/// <summary>Reads and makes nodes.</summary>
internal static class Nodes
{
    /// <summary>A node with one output. It has no name of its own: names are optional, and must not meet one of the base's.</summary>
    public static NodeProto Create(string op, IEnumerable<string> inputs, string output, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = op };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        foreach (var attribute in attributes) node.Attribute.Add(attribute);
        return node;
    }

    public static AttributeProto Int(string name, long value) =>
        new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    public static AttributeProto Ints(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (var value in values) attribute.Ints.Add(value);
        return attribute;
    }

    /// <summary>Whether the node is of ONNX's own operator set, not a vendor's.</summary>
    public static bool IsStandard(this NodeProto node) => node.Domain is "" or "ai.onnx";

    public static AttributeProto? Attribute(this NodeProto node, string name) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == name);

    public static long Int(this NodeProto node, string name, long otherwise) => node.Attribute(name)?.I ?? otherwise;

    public static long[]? Ints(this NodeProto node, string name) => node.Attribute(name) is { } attribute ? [.. attribute.Ints] : null;

    public static string Text(this NodeProto node, string name, string otherwise) =>
        node.Attribute(name) is { } attribute ? attribute.S.ToString(Encoding.UTF8) : otherwise;
}
