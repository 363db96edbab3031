namespace Pfe.Interop.TensorFlow;

/// <summary>The flattened feature map: TensorFlow's order is row, column, channel; ONNX's is channel, row, column.</summary>
/// <param name="Checkpoint">The variables.</param>
/// <param name="Rows">Height of the map.</param>
/// <param name="Columns">Width of the map.</param>
/// <param name="Channels">Channels of the map.</param>
/// <param name="Image">Size of the image it comes from, for messages.</param>
internal sealed record FlattenedMap(ReferenceVariables Checkpoint, int Rows, int Columns, int Channels, string Image)
{
    public int Count => Rows * Columns * Channels;

    /// <summary>
    /// A matrix [flattened + behind, outputs] of the checkpoint as [outputs, flattened + behind], the flattened columns in ONNX's order.
    /// </summary>
    /// <param name="name">The variable.</param>
    /// <param name="behind">Values that are joined to the flattened map, one a channel, and keep their order.</param>
    public float[] ReadTransposed(string name, int behind = 0)
    {
        var (shape, inputs) = (Checkpoint.Shape(name), Count + behind);
        if (shape.Count != 2 || shape[0] != inputs)
            throw new PfeException($"checkpoint '{Checkpoint.Prefix}': '{name}' is [{string.Join(", ", shape)}], an image of {Image} " +
                $"gives {inputs} values: what size of image was it trained on?");
        var (matrix, outputs, result) = (Checkpoint.ReadFloats(name), (int)shape[1], new float[inputs * shape[1]]);
        for (var pixel = 0; pixel < Rows * Columns; pixel++)
            for (var channel = 0; channel < Channels; channel++) Copy(pixel * Channels + channel, channel * Rows * Columns + pixel);
        for (var i = Count; i < inputs; i++) Copy(i, i);
        return result;

        void Copy(int from, int to)
        {
            for (var o = 0; o < outputs; o++) result[o * inputs + to] = matrix[from * outputs + o];
        }
    }
}
