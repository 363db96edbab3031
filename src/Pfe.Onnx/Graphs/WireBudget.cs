using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Pfe.Onnx.Graphs;

/// <summary>
/// Counts what a protobuf message would become in memory before it is parsed: an empty node takes 2 bytes in a file and 200 as an object,
/// so that a small file could take all the memory there is. Only tags and lengths are read; what is not protobuf is left to the parser.
/// </summary>
internal static class WireBudget
{
    /// <summary>Nodes, names, attributes and weights, each one: many times what networks have (a large transformer has some ten thousand
    /// nodes of ten parts), and about 100 MB as objects.</summary>
    private const int Most = 500_000;

    // The parser's own limit: what is deeper it refuses.
    private const int Deepest = 100;

    /// <exception cref="PfeException">More parts than any network has.</exception>
    /// <exception cref="InvalidProtocolBufferException">The bytes end within a value.</exception>
    public static void Refuse(byte[] bytes, MessageDescriptor kind, string name)
    {
        using var wire = new CodedInputStream(bytes);
        var parts = 0;
        Count(kind, bytes.Length, depth: 0);

        void Count(MessageDescriptor kind, long end, int depth)
        {
            while (wire.Position < end && wire.ReadTag() is var tag and not 0)
            {
                if (WireFormat.GetTagWireType(tag) != WireFormat.WireType.LengthDelimited)
                {
                    wire.SkipLastField();
                    continue;
                }
                if (++parts > Most) throw new PfeException($"'{name}' is no network: it has more than {Most} nodes, names and attributes");
                if (depth < Deepest && kind.FindFieldByNumber(WireFormat.GetTagFieldNumber(tag)) is { FieldType: FieldType.Message } field)
                    Count(field.MessageType, wire.ReadLength() + wire.Position, depth + 1);
                else
                    wire.SkipLastField();
            }
        }
    }
}
