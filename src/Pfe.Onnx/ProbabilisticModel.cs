using System.Globalization;
using Pfe.Onnx.Graphs;
using Pfe.Onnx.Wire;

namespace Pfe.Onnx;

/// <summary>
/// Puts a base network and a trained head together into the one file that Pfe works with: input <c>image</c> [N, 3, height, width],
/// outputs <c>mu</c> [N, D] of unit length, <c>log_variance</c> [N, D] and, with a trust head, <c>trust</c> [N, 2].
/// </summary>
internal static class ProbabilisticModel
{
    /// <summary>Name of the input.</summary>
    public const string Image = "image";

    /// <summary>Name of the mean's output.</summary>
    public const string Mu = "mu";

    /// <summary>Name of the log variance's output.</summary>
    public const string LogVariance = "log_variance";

    /// <summary>Name of the trust head's output [N, 2]: reliability and collision. Models without a trust head do not have it.</summary>
    public const string Trust = "trust";

    /// <summary>Prefix of the metadata keys that carry <see cref="TrustHead.Notes"/>.</summary>
    public const string TrustNotePrefix = "pfe.trust_head.";

    /// <summary>Metadata key: the network's description as JSON (<see cref="NetworkDescription"/>).</summary>
    public const string DescriptionKey = "pfe.network";

    /// <summary>Metadata key: D.</summary>
    public const string DimensionKey = "pfe.dimension";

    /// <summary>Metadata key: what the head reads.</summary>
    public const string HeadSourceKey = "pfe.head.source";

    /// <summary>Metadata key, only there for a head with one variance a face: 1. Its log variance is given for all D dimensions
    /// alike.</summary>
    public const string HeadSizeKey = "pfe.head.size";

    /// <summary>Prefix of the metadata keys that carry <see cref="UncertaintyHead.Notes"/>.</summary>
    public const string HeadNotePrefix = "pfe.head.";

    /// <summary>Builds the model. The base's own nodes and weights stay as they are, so that mu is bit for bit the base's own embedding,
    /// normalised.</summary>
    /// <param name="network">The base network.</param>
    /// <param name="description">What is said about it.</param>
    /// <param name="head">The trained head.</param>
    /// <param name="trust">The trained trust head, whose output becomes a third one; null for none.</param>
    /// <exception cref="PfeException">The three do not fit together; the message says how.</exception>
    public static OnnxModel Build(OnnxModel network, NetworkDescription description, UncertaintyHead head, TrustHead? trust = null)
    {
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(head);
        head.Validate(head.Source);
        var prepared = BaseGraph.Prepare(network, description, head.Source);
        var features = prepared.SizeOf(head.Source);
        if (features != head.Features)
            throw new PfeException($"the head reads {head.Features} values, tensor '{head.Source}' of '{network.Name}' has {features}: " +
                "was it trained on another base network?");
        if (head.Dimension != prepared.Dimension && head.Dimension != 1)
            throw new PfeException(
                $"the head gives {head.Dimension} log variances, embedding '{prepared.Embedding}' of '{network.Name}' has " +
                $"{prepared.Dimension} dimensions; as many are wanted, or one for the whole face");

        if (trust is not null) Check(trust, prepared, network.Name);

        var proto = prepared.Model.Proto.Clone();
        var graph = proto.Graph;
        var (input, embedding, source, map) = (prepared.Input, prepared.Embedding, head.Source, trust?.FeatureMap);
        // The public names may be taken by tensors inside the base: those give way.
        foreach (var name in new[] { Image, Mu, LogVariance, Trust })
        {
            if (!graph.Uses(name)) continue;
            var free = graph.Free($"base/{name}");
            graph.Rename(name, free);
            (input, embedding, source) = (Moved(input), Moved(embedding), Moved(source));
            if (map is not null) map = Moved(map);

            string Moved(string tensor) => tensor == name ? free : tensor;
        }
        graph.Rename(input, Image);

        var types = ElementTypes.Of(graph);
        embedding = AsFloat(graph, types, embedding, Mu);
        Normalisation.Append(graph, embedding, Mu);
        HeadNodes.Append(graph, AsFloat(graph, types, source, LogVariance), head, prepared.Dimension, LogVariance);
        List<ValueInfoProto> outputs =
            [GraphEdits.FloatTensor(Mu, -1, prepared.Dimension), GraphEdits.FloatTensor(LogVariance, -1, prepared.Dimension)];
        if (trust is not null)
        {
            TrustNodes.Append(graph, embedding, prepared.Dimension, map is null ? null : AsFloat(graph, types, map, Trust), trust, Trust);
            outputs.Add(GraphEdits.FloatTensor(Trust, -1, 2));
        }
        graph.SetOutputs(outputs);
        graph.Prune();

        (proto.ProducerName, graph.Name) = ("pfe", "pfe");
        proto.ClearProducerVersion();
        proto.MetadataProps.Clear();
        proto.SetMetadata(DescriptionKey, (description with { Embedding = Mu, FeatureMap = null }).ToJson());
        proto.SetMetadata(DimensionKey, prepared.Dimension.ToString(CultureInfo.InvariantCulture));
        proto.SetMetadata(HeadSourceKey, head.Source);
        if (head.Dimension == 1) proto.SetMetadata(HeadSizeKey, "1");
        foreach (var (key, value) in head.Notes.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            proto.SetMetadata(HeadNotePrefix + key, value);
        foreach (var (key, value) in (trust?.Notes ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal))
            proto.SetMetadata(TrustNotePrefix + key, value);
        return new OnnxModel(proto, description.Name);
    }

    // Of a network in half precision, mu and the head's input are as well; both are computed in float from there on.
    private static string AsFloat(Wire.GraphProto graph, Dictionary<string, int> types, string tensor, string name)
    {
        if (types.GetValueOrDefault(tensor, Tensors.Float) == Tensors.Float) return tensor;
        var converted = graph.Free($"{name}/float");
        graph.Node.Add(Nodes.Create("Cast", [tensor], converted, Nodes.Int("to", Tensors.Float)));
        return converted;
    }

    /// <summary>Whether a model has a trust head.</summary>
    /// <param name="model">A model that <see cref="Build"/> made.</param>
    public static bool HasTrust(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Outputs.Any(output => output.Name == Trust);
    }

    private static void Check(TrustHead trust, BaseGraph prepared, string network)
    {
        trust.Validate("trust");
        var wanted = prepared.Dimension + 1 + (trust.FeatureMap is null ? 0 : 2 * Channels(prepared, trust.FeatureMap, network));
        if (trust.Features != wanted)
            throw new PfeException($"the trust head reads {trust.Features} values, '{network}' gives {wanted}: "
                + "was it trained on another base network?");
    }

    private static int Channels(BaseGraph prepared, string map, string network) => prepared.Model.ShapeOf(map) is [_, var channels, _, _]
        ? (int)channels
        : throw new PfeException($"the trust head reads feature map '{map}', which '{network}' has not: "
            + "was it trained on another base network?");

    /// <summary>The description inside a model that <see cref="Build"/> made.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="WrongFileKindException">It is some other ONNX file.</exception>
    public static NetworkDescription Describe(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Metadata.TryGetValue(DescriptionKey, out var json)
            && model.Outputs.Select(output => output.Name).Except([Trust]).SequenceEqual([Mu, LogVariance])
            ? NetworkDescription.Parse(json, model.Name)
            : throw new WrongFileKindException(model.Name, PfeFileKind.ProbabilisticModel,
                $"'{model.Name}' is no probabilistic model: it gives {string.Join(", ", model.Outputs)}, not mu and log_variance");
    }

    /// <summary>
    /// The tensor inside a model that <see cref="Mu"/> is normalised from, to be asked for with <see cref="OnnxModel.WithOutputs"/>: its
    /// length says how strongly the base network responds to a face, a measure of quality to compare sigma with.
    /// </summary>
    /// <param name="model">A model that <see cref="Build"/> made.</param>
    /// <returns>The tensor's name, D values an image in any shape; null where the normalisation cannot be told from the graph.</returns>
    public static string? FindRawEmbedding(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Normalisation.Before(model.Proto.Graph, Mu);
    }
}
