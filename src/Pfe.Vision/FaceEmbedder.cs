using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Pfe.Calibration;
using Pfe.Onnx;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Vision;

/// <summary>A face as a network gave it.</summary>
/// <param name="Embedding">The face.</param>
/// <param name="Norm">Length of the base network's embedding before it became mu; NaN where the model does not show it.</param>
/// <param name="Trust">What the trust head says of it; null where the model has none.</param>
public sealed record EmbeddedFace(FaceEmbedding Embedding, float Norm, FaceTrust? Trust = null);

/// <summary>
/// A PFE model: faces in, (mu, log sigma^2) out. Everything it needs to know (input size, normalisation, alignment) it reads from the
/// model's own metadata. Safe for several threads at once; each call uses one thread.
/// </summary>
public sealed class FaceEmbedder : IDisposable
{
    private readonly BaseNetwork _network;
    private readonly bool _showsNorm;

    /// <summary>Loads a model that Pfe exported.</summary>
    /// <param name="model">The ONNX model.</param>
    /// <param name="configure">Changes the ONNX Runtime session (threads, execution providers); null for one thread on the CPU.</param>
    /// <exception cref="PfeException">Another kind of ONNX file, or one that cannot be run.</exception>
    public FaceEmbedder(OnnxModel model, Action<SessionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var description = ProbabilisticModel.Describe(model);
        string[] outputs = [ProbabilisticModel.Mu, ProbabilisticModel.LogVariance];
        if (ProbabilisticModel.HasTrust(model)) (HasTrust, outputs) = (true, [.. outputs, ProbabilisticModel.Trust]);
        if (ProbabilisticModel.FindRawEmbedding(model) is { } raw) (_showsNorm, outputs) = (true, [.. outputs, raw]);
        _network = new BaseNetwork(model, description, outputs, configure);
        (Sha256, Metadata) = (model.Sha256(), model.Metadata);
    }

    /// <summary>What the model says of its network.</summary>
    public NetworkDescription Description => _network.Description;

    /// <summary>Everything the model's metadata says.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The model's checksum: two embedding files belong together when it is equal.</summary>
    public string Sha256 { get; }

    /// <summary>Where a face's landmarks belong in an aligned face.</summary>
    public AlignmentTemplate Template => _network.Template;

    /// <summary>D.</summary>
    public int Dimension => _network.Outputs[0].Length;

    /// <summary>Whether the model has a trust head; older models have none.</summary>
    public bool HasTrust { get; }

    /// <summary>Values of one image of input.</summary>
    public int InputLength => _network.InputLength;

    /// <summary>Embeds a face of a photograph.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="landmarks">The face's landmarks in it.</param>
    public EmbeddedFace Embed(Image photo, in FiveLandmarks landmarks)
    {
        var input = AlignedMemory.Of(InputLength);
        Prepare(new Pyramid(photo), landmarks, input.Span);
        return Embed(input);
    }

    /// <summary>Embeds a face that is already aligned to <see cref="Template"/>.</summary>
    /// <param name="aligned">The aligned face, of the template's shape and any size.</param>
    public EmbeddedFace EmbedAligned(Image aligned)
    {
        var input = AlignedMemory.Of(InputLength);
        PrepareAligned(aligned, input.Span);
        return Embed(input);
    }

    /// <summary>Warps a face into one image of input.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="landmarks">The face's landmarks in it.</param>
    /// <param name="input"><see cref="InputLength"/> values to fill.</param>
    public void Prepare(Pyramid photo, in FiveLandmarks landmarks, Span<float> input) => _network.Prepare(photo, landmarks, input);

    /// <summary>Writes an aligned face into one image of input.</summary>
    /// <param name="aligned">The aligned face, of the template's shape and any size.</param>
    /// <param name="input"><see cref="InputLength"/> values to fill.</param>
    public void PrepareAligned(Image aligned, Span<float> input) => _network.Prepare(aligned, input);

    /// <summary>Embeds a batch of prepared inputs.</summary>
    /// <param name="images">count x <see cref="InputLength"/> values.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="mu">count x D values, filled.</param>
    /// <param name="logVariance">count x D values, filled.</param>
    /// <param name="norm">count lengths of the embeddings before they became mu, filled; NaN where the model does not show them.</param>
    /// <param name="trust">count pairs of numbers of the trust head, filled, NaN where the model has none; empty where they are not
    /// wanted.</param>
    public void Run(Memory<float> images, int count, Memory<float> mu, Memory<float> logVariance, Span<float> norm,
        Span<FaceTrust> trust = default)
    {
        if (norm.Length != count) throw new ArgumentException($"{count} images have {count} norms, not {norm.Length}", nameof(norm));
        if (!trust.IsEmpty && trust.Length != count)
            throw new ArgumentException($"{count} images have {count} trusts, not {trust.Length}", nameof(trust));
        Memory<float>[] outputs = [mu, logVariance, .. _network.Outputs.Skip(2).Select(output => AlignedMemory.Of(count * output.Length))];
        _network.Run(images, count, outputs);
        norm.Fill(float.NaN);
        trust.Fill(new FaceTrust(float.NaN, float.NaN));
        if (_showsNorm)
        {
            var length = _network.Outputs[^1].Length;
            var raw = outputs[^1].Span;
            for (var i = 0; i < count; i++) norm[i] = TensorPrimitives.Norm(raw.Slice(i * length, length));
        }
        if (!HasTrust) return;
        var pairs = outputs[2].Span;
        for (var i = 0; i < trust.Length; i++) trust[i] = new FaceTrust(pairs[2 * i], pairs[2 * i + 1]);
    }

    /// <summary>Unloads the model.</summary>
    public void Dispose() => _network.Dispose();

    private EmbeddedFace Embed(Memory<float> input)
    {
        var (mu, logVariance) = (AlignedMemory.Of(Dimension), AlignedMemory.Of(Dimension));
        var (norm, trust) = (0f, default(FaceTrust));
        Run(input, 1, mu, logVariance, new Span<float>(ref norm), new Span<FaceTrust>(ref trust));
        try { return new EmbeddedFace(new FaceEmbedding(mu.Span, logVariance.Span, Sha256), norm, HasTrust ? trust : null); }
        catch (ArgumentException e) { throw new PfeException($"the network's result cannot be scored: {e.Message}", e); }
    }
}
