using Pfe.Onnx;
using Pfe.Onnx.Graphs;

namespace Pfe.Interop.TensorFlow;

/// <summary>
/// Reads the head, scope UncertaintyModule: the reference's, or ProbFace's, which gives one variance a face or D of them and may read all
/// stages of the network.
/// </summary>
internal static class UncertaintyModule
{
    public const string Scope = "UncertaintyModule";

    /// <summary>The head; null in a checkpoint of the base alone.</summary>
    /// <param name="checkpoint">The variables.</param>
    /// <param name="map">The last feature map, which the head reads flattened.</param>
    /// <param name="stages">The end of each stage with its channels; a head with as many more inputs reads their means as well.</param>
    public static UncertaintyHead? Read(ReferenceVariables checkpoint, FlattenedMap map,
        IReadOnlyList<(string Tensor, int Channels)> stages)
    {
        if (!checkpoint.HasScope(Scope)) return null;
        const string first = Scope + "/fc1", second = Scope + "/fc_log_sigma_sq", slope = first + "/p_re_lu/alpha";
        var pooled = stages.Sum(stage => stage.Channels);
        var layered = checkpoint.Shape($"{first}/weights") is [var inputs, _] && inputs == map.Count + pooled;
        var hiddenWeight = map.ReadTransposed($"{first}/weights", layered ? pooled : 0);
        var hidden = (int)checkpoint.Shape($"{first}/weights")[1];
        var shape = checkpoint.Shape($"{second}/weights");
        if (shape.Count != 2 || shape[0] != hidden)
            throw new PfeException($"checkpoint '{checkpoint.Prefix}': '{second}/weights' is [{string.Join(", ", shape)}], [{hidden}, D] " +
                "is wanted");
        var dimension = (int)shape[1];
        return new UncertaintyHead
        {
            Source = LayeredInput.Name(SphereNetGraph.Feature, layered ? stages.Select(stage => stage.Tensor) : []),
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
            Gain = Vector(checkpoint, $"{Scope}/scale_and_shift/alpha", 1)[0],
            Offset = Vector(checkpoint, $"{Scope}/scale_and_shift/gamma", 1)[0],
        };
    }

    /// <summary>
    /// The moving mean behind a dense layer, less the layer's bias, which comes to the same. slim gives a normalised layer no bias; a
    /// checkpoint of changed code may have one.
    /// </summary>
    public static float[] Mean(ReferenceVariables checkpoint, string layer, int size)
    {
        var mean = Vector(checkpoint, $"{layer}/BatchNorm/moving_mean", size);
        if (!checkpoint.Contains($"{layer}/biases")) return mean;
        var bias = Vector(checkpoint, $"{layer}/biases", size);
        for (var i = 0; i < size; i++) mean[i] -= bias[i];
        return mean;
    }

    /// <summary>A variable of a known length.</summary>
    public static float[] Vector(ReferenceVariables checkpoint, string name, int size)
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
}
