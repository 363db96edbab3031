using System.Security.Cryptography;
using Pfe.Onnx;
using Pfe.Onnx.Graphs;

namespace Pfe.Interop.TensorFlow;

/// <summary>What a checkpoint of the PFE reference code holds.</summary>
public sealed class ImportedSphereNet
{
    internal ImportedSphereNet(OnnxModel network, NetworkDescription description, UncertaintyHead? head) =>
        (Base, Description, Head) = (network, description, head);

    /// <summary>SphereNet as ONNX: input <c>image</c>, outputs <c>embedding</c> and <c>feature</c>.</summary>
    public OnnxModel Base { get; }

    /// <summary>What the reference's training says about it.</summary>
    public NetworkDescription Description { get; }

    /// <summary>Whether it has an UncertaintyModule; a checkpoint may hold the base alone.</summary>
    public bool HasHead => Head is not null;

    /// <summary>The UncertaintyModule; null in a checkpoint of the base alone.</summary>
    internal UncertaintyHead? Head { get; }

    /// <summary>The one file to work with: the probabilistic model where there is a head, else the base with its description
    /// inside.</summary>
    public OnnxModel ToModel() => Head is not null
        ? ProbabilisticModel.Build(Base, Description, Head)
        : Base.WithMetadata(ProbabilisticModel.DescriptionKey, Description.ToJson());
}

/// <summary>
/// Turns a checkpoint of the PFE reference code (scopes SphereNet and UncertaintyModule) or of ProbFace (Resface) into ONNX. TensorFlow
/// keeps images as height,
/// width, channel; everything that is flattened is put into ONNX's order channel, height, width here, once.
/// </summary>
public static class SphereNetImport
{
    /// <summary>Width of the images that the reference's networks take.</summary>
    public const int ReferenceWidth = 96;

    /// <summary>Height of the images that the reference's networks take.</summary>
    public const int ReferenceHeight = 112;

    /// <summary>Width and height of the images that ProbFace's networks take.</summary>
    public const int ProbFaceSide = 96;

    /// <summary>Reads the network, of any of SphereNet's depths.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="width">Width of the images it was trained on; null for the published networks' own.</param>
    /// <param name="height">Height of the images it was trained on; null for the published networks' own.</param>
    /// <param name="layers">How many layers it must have (4, 10, 20, 36, 64); null for whatever the variables make up.</param>
    /// <param name="cancellation">Stops between variables.</param>
    /// <exception cref="PfeException">
    /// A variable is missing, damaged, of another shape than SphereNet's, or one that SphereNet does not have; the message names it.
    /// </exception>
    public static ImportedSphereNet Read(
        TensorFlowCheckpoint checkpoint, int? width = null, int? height = null, int? layers = null, CancellationToken cancellation =
            default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentOutOfRangeException.ThrowIfLessThan(width ?? 1, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height ?? 1, 1);
        var variables = new ReferenceVariables(checkpoint, cancellation);
        var resFace = variables.HasScope(ResFaceWeights.Scope);
        if (!resFace && !variables.HasScope(SphereNetWeights.Scope))
            throw new PfeException($"checkpoint '{checkpoint.Prefix}' is not of the PFE reference code: it has no variables under " +
                $"'{SphereNetWeights.Scope}/', nor under ProbFace's '{ResFaceWeights.Scope}/'");
        var size = (Width: width ?? (resFace ? ProbFaceSide : ReferenceWidth),
            Height: height ?? (resFace ? ProbFaceSide : ReferenceHeight));
        var weights = resFace ? ResFaceWeights.Read(variables) : SphereNetWeights.Read(variables);
        if (layers is not null && weights.Layers != layers)
            throw new PfeException($"checkpoint '{checkpoint.Prefix}' holds {weights.Name}, {layers} layers are wanted");
        var (rows, columns) = SphereNetGraph.FeatureSize(size.Width, size.Height);
        var map = new FlattenedMap(variables, rows, columns, weights.Stages[^1][0].Outputs, $"{size.Width} x {size.Height}");
        var bottleneck = resFace ? ResFaceWeights.Bottleneck(variables, map) : Bottleneck(variables, map);
        var network = SphereNetGraph.Build(weights, bottleneck, size.Width, size.Height);
        var head = UncertaintyModule.Read(variables, map, SphereNetGraph.StageEnds(weights));
        variables.RefuseUnread(resFace ? ResFaceWeights.Scope : SphereNetWeights.Scope, UncertaintyModule.Scope);
        return new ImportedSphereNet(network, Description(weights.Name, size.Width, size.Height, resFace), head);
    }

    /// <summary>Imports a checkpoint with a head once and keeps it.</summary>
    /// <param name="checkpoint">The model's folder, or one checkpoint in it.</param>
    /// <param name="folder">Where the ONNX file is kept; its name holds the checkpoint's checksums, so another checkpoint is another
    /// file.</param>
    /// <param name="cancellation">Stops between variables.</param>
    /// <returns>The ONNX file: the probabilistic model, or a base that describes itself.</returns>
    /// <exception cref="PfeException">See <see cref="Read"/>.</exception>
    public static string Keep(string checkpoint, string folder, CancellationToken cancellation = default)
    {
        using var opened = TensorFlowCheckpoint.Open(checkpoint);
        // The index holds the checksum of every tensor.
        var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(opened.Prefix + ".index")))[..16];
        var path = Path.Combine(folder, $"imported-{hash}.onnx");
        if (File.Exists(path)) return path;
        opened.Verify();
        Directory.CreateDirectory(folder);
        Read(opened, cancellation: cancellation).ToModel().Save(path);
        return path;
    }

    private static NetworkDescription Description(string name, int width, int height, bool resFace) => new()
    {
        // ProbFace subtracts 128 where the reference subtracts 127.5, and resizes faces of ArcFace's template.
        Name = name, Width = width, Height = height, ChannelOrder = ChannelOrder.Rgb, Mean = new(resFace ? 128f : 127.5f), Std = new(128f),
        Alignment = resFace ? "arcface-112x112" : $"demo-{width}x{height}", Embedding = SphereNetGraph.Embedding,
        FeatureMap = SphereNetGraph.Feature,
    };

    private static FoldedDense Bottleneck(ReferenceVariables checkpoint, FlattenedMap map)
    {
        const string scope = SphereNetWeights.Scope + "/Bottleneck";
        var weight = map.ReadTransposed($"{scope}/weights");
        var size = weight.Length / map.Count;
        var centre = UncertaintyModule.Vector(checkpoint, $"{scope}/BatchNorm/beta", size);
        return FoldedDense.Fold(weight, UncertaintyModule.Mean(checkpoint, scope, size),
            UncertaintyModule.Vector(checkpoint, $"{scope}/BatchNorm/moving_variance", size), _ => 1, row => centre[row]);
    }
}
