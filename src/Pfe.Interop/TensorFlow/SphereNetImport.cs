using Pfe.Onnx;
using Pfe.Onnx.Graphs;

namespace Pfe.Interop.TensorFlow;

/// <summary>What a checkpoint of the PFE reference code holds.</summary>
/// <param name="Base">SphereNet as ONNX: input <c>image</c>, outputs <c>embedding</c> and <c>feature</c>.</param>
/// <param name="Description">What the reference's training says about it.</param>
/// <param name="Head">The UncertaintyModule; null in a checkpoint of the base alone.</param>
public sealed record ImportedSphereNet(OnnxModel Base, NetworkDescription Description, UncertaintyHead? Head)
{
    /// <summary>The one file to work with: the probabilistic model where there is a head, else the base with its description
    /// inside.</summary>
    public OnnxModel ToModel() => Head is not null
        ? ProbabilisticModel.Build(Base, Description, Head)
        : Base.WithMetadata(ProbabilisticModel.DescriptionKey, Description.ToJson());
}

/// <summary>
/// Turns a checkpoint of the PFE reference code (scopes SphereNet and UncertaintyModule) into ONNX. TensorFlow keeps images as height,
/// width, channel; everything that is flattened is put into ONNX's order channel, height, width here, once.
/// </summary>
public static class SphereNetImport
{
    /// <summary>Width of the images that the reference's networks take.</summary>
    public const int ReferenceWidth = 96;

    /// <summary>Height of the images that the reference's networks take.</summary>
    public const int ReferenceHeight = 112;

    private const string HeadScope = "UncertaintyModule";

    /// <summary>Reads the network, of any of SphereNet's depths.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="width">Width of the images it was trained on.</param>
    /// <param name="height">Height of the images it was trained on.</param>
    /// <param name="layers">How many layers it must have (4, 10, 20, 36, 64); null for whatever the variables make up.</param>
    /// <param name="cancellation">Stops between variables.</param>
    /// <exception cref="PfeException">
    /// A variable is missing, damaged, of another shape than SphereNet's, or one that SphereNet does not have; the message names it.
    /// </exception>
    public static ImportedSphereNet Read(
        TensorFlowCheckpoint checkpoint, int width = ReferenceWidth, int height = ReferenceHeight, int? layers = null,
            CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var variables = new ReferenceVariables(checkpoint, cancellation);
        if (!variables.HasScope(SphereNetWeights.Scope))
            throw new PfeException($"checkpoint '{checkpoint.Prefix}' is not of the PFE reference code: it has no variables under " +
                $"'{SphereNetWeights.Scope}/'");
        var weights = SphereNetWeights.Read(variables);
        if (layers is not null && weights.Layers != layers)
            throw new PfeException($"checkpoint '{checkpoint.Prefix}' holds {weights.Name}, {layers} layers are wanted");
        var (rows, columns) = SphereNetGraph.FeatureSize(width, height);
        var flattened = new Flattened(variables, rows, columns, weights.Stages[^1][0].Outputs, $"{width} x {height}");
        var network = SphereNetGraph.Build(weights, Bottleneck(variables, flattened), width, height);
        var head = Head(variables, flattened);
        variables.RefuseUnread(SphereNetWeights.Scope, HeadScope);
        return new ImportedSphereNet(network, Description(weights.Name, width, height), head);
    }

    private static NetworkDescription Description(string name, int width, int height) => new()
    {
        Name = name, Width = width, Height = height, ChannelOrder = ChannelOrder.Rgb, Mean = new(127.5f), Std = new(128f),
        Alignment = $"demo-{width}x{height}", Embedding = SphereNetGraph.Embedding, FeatureMap = SphereNetGraph.Feature,
    };

    private static FoldedDense Bottleneck(ReferenceVariables checkpoint, Flattened flattened)
    {
        const string scope = SphereNetWeights.Scope + "/Bottleneck";
        var weight = flattened.ReadTransposed($"{scope}/weights");
        var size = weight.Length / flattened.Count;
        var centre = Vector(checkpoint, $"{scope}/BatchNorm/beta", size);
        return FoldedDense.Fold(weight, Mean(checkpoint, scope, size),
            Vector(checkpoint, $"{scope}/BatchNorm/moving_variance", size), _ => 1, row => centre[row]);
    }

    private static UncertaintyHead? Head(ReferenceVariables checkpoint, Flattened flattened)
    {
        if (!checkpoint.HasScope(HeadScope)) return null;
        const string first = HeadScope + "/fc1", second = HeadScope + "/fc_log_sigma_sq", slope = first + "/p_re_lu/alpha";
        var hiddenWeight = flattened.ReadTransposed($"{first}/weights");
        var hidden = hiddenWeight.Length / flattened.Count;
        var shape = checkpoint.Shape($"{second}/weights");
        if (shape.Count != 2 || shape[0] != hidden)
            throw new PfeException($"checkpoint '{checkpoint.Prefix}': '{second}/weights' is [{string.Join(", ", shape)}], [{hidden}, D] " +
                "is wanted");
        var dimension = (int)shape[1];
        return new UncertaintyHead
        {
            Source = SphereNetGraph.Feature,
            HiddenWeight = hiddenWeight,
            HiddenScale = Vector(checkpoint, $"{first}/BatchNorm/gamma", hidden),
            HiddenCentre = Vector(checkpoint, $"{first}/BatchNorm/beta", hidden),
            HiddenMean = Mean(checkpoint, first, hidden),
            HiddenVariance = Vector(checkpoint, $"{first}/BatchNorm/moving_variance", hidden),
            // The reference's head has a ReLU here; a variant with a PReLU keeps its slopes.
            HiddenSlope = checkpoint.Contains(slope) ? Vector(checkpoint, slope, hidden) : default(ReadOnlyMemory<float>),
            OutputWeight = Transpose(checkpoint.ReadFloats($"{second}/weights"), hidden, dimension),
            OutputMean = Mean(checkpoint, second, dimension),
            OutputVariance = Vector(checkpoint, $"{second}/BatchNorm/moving_variance", dimension),
            // The reference's names mislead: its "alpha" is the gain, and its "gamma" the offset.
            Gain = Vector(checkpoint, $"{HeadScope}/scale_and_shift/alpha", 1)[0],
            Offset = Vector(checkpoint, $"{HeadScope}/scale_and_shift/gamma", 1)[0],
        };
    }

    /// <summary>
    /// The moving mean behind a dense layer, less the layer's bias, which comes to the same. slim gives a normalised layer no bias; a
    /// checkpoint of changed code may have one.
    /// </summary>
    private static float[] Mean(ReferenceVariables checkpoint, string layer, int size)
    {
        var mean = Vector(checkpoint, $"{layer}/BatchNorm/moving_mean", size);
        if (!checkpoint.Contains($"{layer}/biases")) return mean;
        var bias = Vector(checkpoint, $"{layer}/biases", size);
        for (var i = 0; i < size; i++) mean[i] -= bias[i];
        return mean;
    }

    private static float[] Vector(ReferenceVariables checkpoint, string name, int size)
    {
        var values = checkpoint.ReadFloats(name);
        return values.Length == size ? values
            : throw new PfeException($"checkpoint '{checkpoint.Prefix}': '{name}' has {values.Length} values, {size} are wanted");
    }

    private static float[] Transpose(float[] matrix, int rows, int columns)
    {
        var result = new float[matrix.Length];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++) result[c * rows + r] = matrix[r * columns + c];
        return result;
    }

    /// <summary>The flattened feature map: TensorFlow's order is row, column, channel; ONNX's is channel, row, column.</summary>
    private sealed record Flattened(ReferenceVariables Checkpoint, int Rows, int Columns, int Channels, string Image)
    {
        public int Count => Rows * Columns * Channels;

        /// <summary>A matrix [flattened, outputs] of the checkpoint as [outputs, flattened] with its columns in ONNX's order.</summary>
        public float[] ReadTransposed(string name)
        {
            var shape = Checkpoint.Shape(name);
            if (shape.Count != 2 || shape[0] != Count)
                throw new PfeException($"checkpoint '{Checkpoint.Prefix}': '{name}' is [{string.Join(", ", shape)}], an image of {Image} " +
                    $"gives {Count} values: what size of image was it trained on?");
            var (matrix, outputs, result) = (Checkpoint.ReadFloats(name), (int)shape[1], new float[Count * shape[1]]);
            for (var pixel = 0; pixel < Rows * Columns; pixel++)
                for (var channel = 0; channel < Channels; channel++)
                {
                    var (from, to) = ((pixel * Channels + channel) * outputs, channel * Rows * Columns + pixel);
                    for (var o = 0; o < outputs; o++) result[o * Count + to] = matrix[from + o];
                }
            return result;
        }
    }
}
