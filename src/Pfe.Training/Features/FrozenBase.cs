using System.Numerics.Tensors;
using Pfe.Onnx;
using Pfe.Training.Configuration;
using Pfe.Vision;
using Pfe.Vision.Models;
using Pfe.Vision.Networks;

namespace Pfe.Training.Features;

/// <summary>The base network as training uses it: faces in, embeddings and the head's input out. Several threads may run it at
/// once.</summary>
internal sealed class FrozenBase : IDisposable
{
    /// <param name="model">The base's ONNX file.</param>
    /// <param name="description">What it wants.</param>
    /// <param name="headInput">feature_map, embedding, or a tensor's name.</param>
    /// <param name="pooled">Further tensors, averaged over their positions, that the head reads behind it.</param>
    /// <param name="options">Where it runs; null for the processor.</param>
    public FrozenBase(OnnxModel model, NetworkDescription description, string headInput, IReadOnlyList<string>? pooled = null,
        NetworkOptions? options = null)
    {
        (Model, Description) = (model, description);
        var graph = BaseGraph.Prepare(model, description);
        (Embedding, Dimension) = (graph.Embedding, graph.Dimension);
        var main = headInput switch
        {
            "embedding" => graph.Embedding,
            "feature_map" => graph.FeatureMap
                ?? throw new InvalidConfigurationException(
                    $"no feature map was found in '{model.Name}': name a tensor with head_input, or use " +
                "\"embedding\""),
            _ => headInput,
        };
        HeadInput = BaseGraph.JoinLayers(main, pooled ?? []);
        if (HeadInput != main) graph = BaseGraph.Prepare(model, description, HeadInput);
        FeatureSize = HeadInput == Embedding ? 0 : graph.SizeOf(HeadInput);
        Network = new BaseNetwork(graph.Model, description, FeatureSize == 0 ? [Embedding] : [Embedding, HeadInput], options);
    }

    /// <summary>All of the base that its features depend on.</summary>
    public string Identity => $"{Model.Sha256()}{Environment.NewLine}{Description.Width} {Description.Height} {Description.ChannelOrder} "
        + $"{Description.Mean} {Description.Std} {Description.Alignment} {Embedding} {HeadInput}";

    /// <summary>Runs the base, and names it where it gives no embedding.</summary>
    /// <param name="images">count images of input.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="embeddings">count x D values, filled.</param>
    /// <param name="features">count x the head's input, filled; not looked at where the head reads the embedding.</param>
    /// <exception cref="UnusableNetworkException">NaN, infinity or all zeros came out.</exception>
    public void Run(Memory<float> images, int count, Memory<float> embeddings, Memory<float> features)
    {
        if (FeatureSize == 0) Network.Run(images, count, embeddings);
        else Network.Run(images, count, embeddings, features);
        for (var i = 0; i < count; i++)
        {
            var length = TensorPrimitives.SumOfSquares<float>(embeddings.Span.Slice(i * Dimension, Dimension));
            if (!float.IsFinite(length) || length == 0)
            {
                throw new UnusableNetworkException(Model.Name,
                    $"the base network '{Model.Name}' gives {(length == 0 ? "nothing but zeros" : "NaN or infinity")}");
            }
        }
    }

    /// <summary>Opens the base that a configuration names.</summary>
    public static FrozenBase Open(TrainingConfig config, ModelStore store, NetworkOptions? options, IProgress<string>? progress,
        CancellationToken cancellation)
    {
        var (model, description) = store.LoadBase(config.EmbeddingNetwork, config.NetworkDescription, progress, cancellation);
        var network = new FrozenBase(model, description, config.HeadInput, config.PooledInputs, options);
        try
        {
            if (config.EmbeddingSize is { } size && size != network.Dimension)
                throw new InvalidConfigurationException(
                    $"embedding_size is {size}, '{config.EmbeddingNetwork}' gives {network.Dimension} dimensions");
            if (config.ImageSize is [var height, var width] && (height, width) != (description.Height, description.Width))
                throw new InvalidConfigurationException(
                    $"image_size is [{height}, {width}], '{config.EmbeddingNetwork}' takes [{description.Height}, " +
                    $"{description.Width}]");
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The file as it is.</summary>
    public OnnxModel Model { get; }

    public NetworkDescription Description { get; }

    /// <summary>Gives the embedding, and the head's input after it where that is another tensor.</summary>
    public BaseNetwork Network { get; }

    /// <summary>Name of the embedding's tensor.</summary>
    public string Embedding { get; }

    /// <summary>Name of the tensor that the head reads.</summary>
    public string HeadInput { get; }

    /// <summary>D.</summary>
    public int Dimension { get; }

    /// <summary>Length of the head's input; 0 where it is the embedding.</summary>
    public int FeatureSize { get; }

    public void Dispose() => Network.Dispose();
}
