using System.Security.Cryptography;
using Google.Protobuf;
using Pfe.Onnx.Graphs;
using Pfe.Onnx.Wire;
using Pfe.Storage;

namespace Pfe.Onnx;

/// <summary>
/// An ONNX file in memory. Never changed in place: each <c>With...</c> method gives a new model. Fields of the format that Pfe does not
/// know are kept, and the same model always gives the same bytes.
/// </summary>
public sealed class OnnxModel
{
    internal OnnxModel(ModelProto proto, string name)
    {
        Proto = proto;
        Name = name;
        var stored = proto.Graph.Initializer.Select(tensor => tensor.Name).ToHashSet();
        Inputs = [.. proto.Graph.Input.Where(input => !stored.Contains(input.Name)).Select(Info)];
        Outputs = [.. proto.Graph.Output.Select(Info)];
        Metadata = proto.MetadataProps.GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Last().Value);
    }

    /// <summary>Where the model came from, for messages.</summary>
    public string Name { get; }

    /// <summary>What a caller has to feed; weights that old files list among the inputs are left out.</summary>
    public IReadOnlyList<TensorInfo> Inputs { get; }

    /// <summary>What comes out.</summary>
    public IReadOnlyList<TensorInfo> Outputs { get; }

    /// <summary>The file's own string pairs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The version of ONNX's operator set the graph is written in.</summary>
    public long Opset => Proto.OpsetImport.FirstOrDefault(set => set.Domain is "" or "ai.onnx")?.Version ?? 0;

    /// <summary>Number of stored weights, all tensors together.</summary>
    public long ParameterCount => Proto.Graph.Initializer
        .Concat(Proto.Graph.Node.Where(node => node.OpType == "Constant").Select(node => node.Attribute("value")?.T).OfType<TensorProto>())
        .Sum(tensor => tensor.Dims.Aggregate(1L, (product, size) => product * size));

    /// <summary>How many nodes of each operator there are, most frequent first.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Operators => [.. Proto.Graph.Node.CountBy(node => node.OpType)
        .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)];

    internal ModelProto Proto { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">An ONNX file with its weights inside.</param>
    /// <exception cref="PfeException">Missing, not ONNX, or with weights in other files.</exception>
    public static OnnxModel Load(string path)
    {
        var proto = Read(InputFile.Bytes(path), path);
        if (ExternalWeights.Has(proto.Graph)) ExternalWeights.Take(proto.Graph, path);
        return new OnnxModel(proto, path);
    }

    /// <summary>Reads a model from memory.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What to call it in messages, usually its path.</param>
    /// <exception cref="PfeException">Not ONNX, or with weights in other files.</exception>
    public static OnnxModel Parse(byte[] bytes, string name)
    {
        var proto = Read(bytes, name);
        return ExternalWeights.Has(proto.Graph)
            ? throw new PfeException($"'{name}' keeps its weights in other files: open it from its own folder, or save it as one file " +
                "first " +
                "(onnx.save_model without external data)")
            : new OnnxModel(proto, name);
    }

    private static ModelProto Read(byte[] bytes, string name)
    {
        if (bytes.AsSpan().StartsWith("version https://git-lfs"u8))
            throw new PfeException($"'{name}' is a Git LFS pointer and not the file itself: fetch it with 'git lfs pull'");
        ModelProto proto;
        try
        {
            WireBudget.Refuse(bytes, ModelProto.Descriptor, name);
            proto = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new PfeException($"'{name}' is not an ONNX model, or it is truncated: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        if (proto.Graph is null || proto.Graph.Output.Count == 0 || proto.OpsetImport.Count == 0)
            throw new PfeException($"'{name}' is not an ONNX model: it has no graph with an output");
        GraphCheck.Refuse(proto.Graph, name);
        return proto;
    }

    /// <summary>The file's bytes; the same for the same model.</summary>
    public byte[] ToBytes() => Proto.ToByteArray();

    /// <summary>Writes the model, atomically.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <exception cref="PfeException">The file cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, stream => Proto.WriteTo(stream));

    /// <summary>SHA-256 of <see cref="ToBytes"/>, in lower-case hexadecimal.</summary>
    public string Sha256() => Convert.ToHexStringLower(SHA256.HashData(ToBytes()));

    /// <summary>The model with one more string pair (or another value for one it has).</summary>
    /// <param name="key">The pair's key.</param>
    /// <param name="value">The pair's value.</param>
    public OnnxModel WithMetadata(string key, string value)
    {
        var proto = Proto.Clone();
        proto.SetMetadata(key, value);
        return new OnnxModel(proto, Name);
    }

    /// <summary>
    /// The model for any batch size: the first dimension of its inputs and outputs is opened, and reshapes with the batch size written
    /// into them are freed of it. The values computed for one image do not change.
    /// </summary>
    /// <exception cref="PfeException">Some other node ties the network to its batch size; the message names it.</exception>
    public OnnxModel WithDynamicBatch() => new(DynamicBatch.Rewrite(this), Name);

    /// <summary>The model with other outputs: any tensors of the graph, in the order given. What none of them needs is left out.</summary>
    /// <param name="names">Names of tensors in the graph.</param>
    /// <exception cref="PfeException">There is no such tensor.</exception>
    public OnnxModel WithOutputs(params IReadOnlyList<string> names)
    {
        var shapes = ShapeInference.Run(this);
        var proto = Proto.Clone();
        proto.Graph.SetOutputs(names.Select(name => proto.Graph.Describe(name, shapes, Name)));
        proto.Graph.Prune();
        return new OnnxModel(proto, Name);
    }

    /// <summary>The last convolutional feature map: the last tensor with four dimensions, and more than one pixel, on the way to an
    /// output.</summary>
    /// <param name="embedding">Name of the embedding's tensor.</param>
    /// <returns>The name of the tensor, and its shape for one image.</returns>
    /// <exception cref="PfeException">There is none, or more than one path with its own; the message names them.</exception>
    public TensorInfo FindFeatureMap(string embedding) => FeatureMapSearch.Find(this, embedding);

    /// <summary>The shape of any tensor in the graph for one image, as far as it follows from the operators Pfe knows.</summary>
    /// <param name="name">Name of a tensor in the graph.</param>
    /// <returns>The sizes, batch 1 first, or null where they cannot be told.</returns>
    public IReadOnlyList<long>? ShapeOf(string name) => ShapeInference.Run(this).GetValueOrDefault(name);

    private static TensorInfo Info(ValueInfoProto value)
    {
        var tensor = value.Type?.TensorType;
        return new TensorInfo(value.Name, Tensors.TypeName(tensor?.ElemType ?? 0),
            [.. tensor?.Shape?.Dim.Select(
                dim => dim.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? dim.DimValue : -1) ?? []]);
    }
}
