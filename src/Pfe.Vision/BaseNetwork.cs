using Pfe.Onnx;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Networks;

namespace Pfe.Vision;

/// <summary>One output of a <see cref="BaseNetwork"/>.</summary>
/// <param name="Name">The tensor's name in the graph.</param>
/// <param name="Shape">Its dimensions for one image, without the batch.</param>
internal sealed record NetworkOutput(string Name, IReadOnlyList<long> Shape)
{
    /// <summary>Values an image.</summary>
    public int Length => checked((int)Shape.Aggregate(1L, (product, size) => product * size));
}

/// <summary>
/// A base network, any ONNX file with a description: batches of aligned faces in, any tensors of its graph out (embedding, feature map),
/// raw as the network computes them. Several threads may run it at once; each run uses one thread, so two workers use two cores.
/// </summary>
internal sealed class BaseNetwork : IDisposable
{
    private readonly NetworkSession _session;

    /// <summary>Prepares a network; a batch size that is fixed in the file is opened.</summary>
    /// <param name="model">The ONNX file.</param>
    /// <param name="description">What is to be known of it.</param>
    /// <param name="outputs">The tensors wanted, by their names in the graph, in order.</param>
    /// <param name="options">Device and threads; null for one thread on the CPU.</param>
    /// <exception cref="PfeException">A tensor does not exist, or the network cannot be run as described.</exception>
    public BaseNetwork(OnnxModel model, NetworkDescription description, IReadOnlyList<string> outputs, NetworkOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(outputs);
        (Description, Template) = (description, AlignmentTemplate.Named(description.Alignment));
        var bytes = model.WithDynamicBatch().WithOutputs(outputs).ToBytes();
        _session = new NetworkSession(model.Name, bytes, [3, description.Height, description.Width], outputs, options);
        Outputs = [.. outputs.Select((name, i) => new NetworkOutput(name, _session.OutputShape(i).ToArray()))];
    }

    /// <summary>Where it runs; never auto.</summary>
    public ComputeDevice Device => _session.Device;

    /// <summary>What is known of the network.</summary>
    public NetworkDescription Description { get; }

    /// <summary>Where a face's landmarks belong in its input.</summary>
    public AlignmentTemplate Template { get; }

    /// <summary>What comes out, in the order that was asked for.</summary>
    public IReadOnlyList<NetworkOutput> Outputs { get; }

    /// <summary>Values an image of input: 3 x height x width.</summary>
    public int InputLength => _session.InputLength;

    /// <summary>Warps a face into one image of input.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="landmarks">The face's landmarks in it.</param>
    /// <param name="input"><see cref="InputLength"/> values to fill.</param>
    /// <exception cref="PfeException">The landmarks coincide or are not finite.</exception>
    public void Prepare(Pyramid photo, in FiveLandmarks landmarks, Span<float> input)
    {
        ArgumentNullException.ThrowIfNull(photo);
        Prepare(photo, Template.ToSource(landmarks, Description.Width, Description.Height), input);
    }

    /// <summary>Stretches an aligned face into one image of input.</summary>
    /// <param name="aligned">A face aligned to <see cref="Template"/>, of any size.</param>
    /// <param name="input"><see cref="InputLength"/> values to fill.</param>
    public void Prepare(Image aligned, Span<float> input)
    {
        ArgumentNullException.ThrowIfNull(aligned);
        Prepare(new Pyramid(aligned), AffineMap.Stretch(Description.Width, Description.Height, aligned.Width, aligned.Height), input);
    }

    /// <summary>Runs a batch.</summary>
    /// <param name="images">count x <see cref="InputLength"/> values.</param>
    /// <param name="count">Number of images, at least 1.</param>
    /// <param name="results">For each of <see cref="Outputs"/> a memory of count x its length, filled.</param>
    /// <exception cref="PfeException">The network failed.</exception>
    public void Run(Memory<float> images, int count, params ReadOnlySpan<Memory<float>> results)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        if (images.Length != count * InputLength)
            throw new ArgumentException($"{count} images are {count * InputLength} values, not {images.Length}", nameof(images));
        if (results.Length != Outputs.Count)
            throw new ArgumentException($"{Outputs.Count} results are wanted, not {results.Length}", nameof(results));
        for (var i = 0; i < results.Length; i++)
            if (results[i].Length != count * Outputs[i].Length)
                throw new ArgumentException($"{count} x '{Outputs[i].Name}' are {count * Outputs[i].Length} values, not " +
                    $"{results[i].Length}", nameof(results));
        _session.Run(images, count, results);
    }

    /// <summary>Unloads the network.</summary>
    public void Dispose() => _session.Dispose();

    private void Prepare(Pyramid photo, in AffineMap toSource, Span<float> input)
    {
        var (image, map) = photo.For(toSource);
        Warp.ToTensor(image, map, Description.Width, Description.Height, PixelFormat.Of(Description), input);
    }
}
