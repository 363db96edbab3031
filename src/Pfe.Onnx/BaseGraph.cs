using Pfe.Onnx.Graphs;
using Pfe.Onnx.Wire;

namespace Pfe.Onnx;

/// <summary>
/// A base network made ready: any batch size, one image input in NCHW, and the names of its embedding and feature map settled.
/// </summary>
/// <param name="Model">The rewritten network; its outputs are the file's own.</param>
/// <param name="Input">Name of the image input, float [N, 3, height, width].</param>
/// <param name="Embedding">Name of the embedding's tensor, not normalised unless the network does so itself.</param>
/// <param name="Dimension">D, the embedding's size.</param>
/// <param name="FeatureMap">Name of the tensor that a head reads by default; null where none was named and none was found.</param>
/// <param name="FeatureMapSize">Values for one image in the feature map; 0 where there is none.</param>
internal sealed record BaseGraph(OnnxModel Model, string Input, string Embedding, int Dimension, string? FeatureMap, int FeatureMapSize)
{
    /// <summary>Checks a network against its description and makes it ready.</summary>
    /// <param name="network">The ONNX file.</param>
    /// <param name="description">What is said about it.</param>
    /// <exception cref="PfeException">The two do not fit together; the message says what the file has and what is wanted.</exception>
    public static BaseGraph Prepare(OnnxModel network, NetworkDescription description) => Prepare(network, description, headInput: null);

    /// <summary>The same, and a head's input made of several layers is computed under its name.</summary>
    /// <param name="network">The ONNX file.</param>
    /// <param name="description">What is said about it.</param>
    /// <param name="headInput">A tensor's name, or <c>feature+pool(a)+pool(b)</c>: the first flattened, the others averaged over their
    /// positions and joined to it.</param>
    /// <exception cref="PfeException">The two do not fit together, or a layer that the name names is not there.</exception>
    public static BaseGraph Prepare(OnnxModel network, NetworkDescription description, string? headInput)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(description);
        var proto = network.Proto.Clone();
        var input = ImageInput.Settle(proto, network, description);
        if (headInput is not null) LayeredInput.Append(proto.Graph, headInput, network.Name);
        var model = new OnnxModel(proto, network.Name).WithDynamicBatch();
        var embedding = description.Embedding ?? OnlyOutput(model);
        var shapes = ShapeInference.Run(model);
        if (!model.ComputedFromInputs().Contains(embedding))
            throw new PfeException($"'{model.Name}' computes no tensor '{embedding}' from its input; its outputs are " +
                $"{string.Join(", ", model.Outputs.Select(output => output.Name))}");
        if (shapes.GetValueOrDefault(embedding) is not { Length: > 1 } shape)
            throw new PfeException($"'{model.Name}': the size of embedding '{embedding}' cannot be told from the graph; run ONNX shape " +
                "inference on the file first");
        var map = description.FeatureMap ?? TryFind(model, embedding);
        return new BaseGraph(model, input, embedding, Size(model.Name, embedding, shape), map, map is null ? 0
            : SizeOf(model, shapes, map));
    }

    /// <summary>The name of a head's input made of several layers, for <see cref="Prepare(OnnxModel, NetworkDescription,
    /// string?)"/>.</summary>
    /// <param name="main">The tensor that is flattened.</param>
    /// <param name="pooled">The tensors that are averaged over their positions and joined to it; none: the main tensor's own name.</param>
    public static string JoinLayers(string main, IReadOnlyList<string> pooled) => LayeredInput.Name(main, pooled);

    /// <summary>How many values a tensor of the graph has for one image.</summary>
    /// <param name="tensor">Name of any tensor computed from the image.</param>
    /// <exception cref="PfeException">There is no such tensor, or its shape cannot be told.</exception>
    public int SizeOf(string tensor) => SizeOf(Model, ShapeInference.Run(Model), tensor);

    private static int SizeOf(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes, string tensor)
    {
        if (!model.ComputedFromInputs().Contains(tensor))
            throw new PfeException($"'{model.Name}' computes no tensor '{tensor}' from its input");
        return shapes.GetValueOrDefault(tensor) is { Length: > 1 } shape
            ? Size(model.Name, tensor, shape)
            : throw new PfeException($"'{model.Name}': the shape of tensor '{tensor}' cannot be told from the graph");
    }

    private static int Size(string model, string tensor, long[] shape)
    {
        try { return (int)shape.Skip(1).Aggregate(1L, (product, size) => product * size); }
        catch (OverflowException e)
        {
            throw new PfeException($"'{model}': tensor '{tensor}' is [{string.Join(", ", shape)}], which no " +
            "memory holds", e);
        }
    }

    // A head can also read the embedding, so a network without a feature map is still a base.
    private static string? TryFind(OnnxModel model, string embedding)
    {
        try { return FeatureMapSearch.Find(model, embedding).Name; }
        catch (PfeException) { return null; }
    }

    private static string OnlyOutput(OnnxModel model) => model.Outputs is [var only]
        ? only.Name
        : throw new PfeException($"'{model.Name}' has {model.Outputs.Count} outputs " +
            $"({string.Join(", ", model.Outputs.Select(output => output.Name))}): say in the description which one is the \"embedding\"");
}
