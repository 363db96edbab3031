using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Pfe.Calibration;
using Pfe.Onnx;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;
using Pfe.Vision.Networks;

namespace Pfe.Vision;

/// <summary>A face as a network gave it.</summary>
/// <param name="Embedding">The face.</param>
/// <param name="Norm">Length of the base network's embedding before it became mu; NaN where the model does not show it.</param>
/// <param name="Trust">What the trust head says of it; null where the model has none.</param>
public sealed record EmbeddedFace(FaceEmbedding Embedding, float Norm, FaceTrust? Trust = null);

/// <summary>
/// A PFE model: faces in, (mu, log sigma^2) out. Everything it needs to know (input size, normalisation, alignment) it reads from the
/// model's own metadata. Safe for several threads at once, each call uses one thread; after <see cref="Dispose"/> every call throws
/// <see cref="ObjectDisposedException"/>, calls under way come to their end.
/// </summary>
public sealed class FaceEmbedder : IFaceEmbedder, IDisposable
{
    private readonly BaseNetwork _network;
    private readonly string _name;
    private readonly Lazy<ScoreCalibration?> _calibration;
    private readonly Lazy<TrustCalibration?> _trustCalibration;
    private readonly bool _showsNorm;
    private readonly bool _flip;

    /// <summary>Takes a model that Pfe exported; nothing is read or fetched.</summary>
    /// <param name="model">The ONNX model.</param>
    /// <param name="options">Device and threads; null for one thread on the CPU.</param>
    /// <exception cref="WrongFileKindException">Another kind of ONNX file.</exception>
    /// <exception cref="PfeException">The model cannot be run, or the device is not there.</exception>
    public FaceEmbedder(OnnxModel model, NetworkOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var description = ProbabilisticModel.Describe(model);
        string[] outputs = [ProbabilisticModel.Mu, ProbabilisticModel.LogVariance];
        if (ProbabilisticModel.HasTrust(model)) (HasTrust, outputs) = (true, [.. outputs, ProbabilisticModel.Trust]);
        if (ProbabilisticModel.FindRawEmbedding(model) is { } raw) (_showsNorm, outputs) = (true, [.. outputs, raw]);
        _network = new BaseNetwork(model, description, outputs, options);
        (Sha256, Metadata, _name, _flip) = (model.Sha256(), model.Metadata, model.Name, options?.Flip ?? false);
        _calibration = new Lazy<ScoreCalibration?>(() => ScoreCalibration.FromMetadata(Metadata, _name));
        _trustCalibration = new Lazy<TrustCalibration?>(() => TrustCalibration.FromMetadata(Metadata, _name));
    }

    /// <summary>The same with a say in the ONNX Runtime session, for providers and settings that Pfe does not know.</summary>
    /// <param name="model">The ONNX model.</param>
    /// <param name="options">Device and threads.</param>
    /// <param name="configure">Called with the session's options, last.</param>
    public FaceEmbedder(OnnxModel model, NetworkOptions options, Action<SessionOptions> configure)
        : this(model, options with { Configure = configure }) { }

    /// <summary>Reads a model and opens it.</summary>
    /// <param name="source">Where it is, or its base network named <c>base</c>.</param>
    /// <param name="model">A model that Pfe exported, by path, name or address; null for <see cref="DefaultModel"/>.</param>
    /// <param name="options">Device and threads; null for one thread on the CPU.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="ModelUnavailableException">The model cannot be had.</exception>
    public static async Task<FaceEmbedder> OpenAsync(IModelSource source, string? model = null, NetworkOptions? options = null,
        IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (model is null) return new FaceEmbedder(
            await DefaultModel.LoadAsync(source, progress, cancellationToken).ConfigureAwait(false), options);
        return new FaceEmbedder((await source.ReadAsync(model, progress, cancellationToken).ConfigureAwait(false)).ToModel(), options);
    }

    /// <summary>Where it runs; never auto.</summary>
    public ComputeDevice Device => _network.Device;

    /// <summary>What the model says of its network.</summary>
    public NetworkDescription Description => _network.Description;

    /// <summary>Everything the model's metadata says.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <inheritdoc/>
    public ScoreCalibration? Calibration => _calibration.Value;

    /// <inheritdoc/>
    public TrustCalibration? TrustCalibration => _trustCalibration.Value;

    /// <summary>The model's checksum: two embedding files belong together when it is equal.</summary>
    public string Sha256 { get; }

    /// <inheritdoc/>
    public string ModelId => Sha256;

    /// <inheritdoc/>
    public AlignmentTemplate Template => _network.Template;

    /// <inheritdoc/>
    public int Dimension => _network.Outputs[0].Length;

    /// <summary>Whether the model has a trust head; older models have none.</summary>
    public bool HasTrust { get; }

    /// <summary>Whether every face is embedded together with its mirror image.</summary>
    public bool Flips => _flip;

    /// <summary>Values of one image of input.</summary>
    public int InputLength => _network.InputLength;

    /// <inheritdoc/>
    public EmbeddedFace Embed(ImageInput photo, in FiveLandmarks landmarks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(photo);
        var input = AlignedMemory.Of(InputLength);
        try { Prepare(photo.Open(), landmarks, input.Span); }
        catch (PfeException e) when (e is not ImageException) { throw new ImageException(photo.Name, e.Message, e); }
        cancellationToken.ThrowIfCancellationRequested();
        return Embed(input);
    }

    /// <inheritdoc/>
    public EmbeddedFace EmbedAligned(ImageInput aligned, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(aligned);
        var image = aligned.Open().Image;
        Template.RequireShape(image, aligned.Name);
        var input = AlignedMemory.Of(InputLength);
        PrepareAligned(image, input.Span);
        cancellationToken.ThrowIfCancellationRequested();
        return Embed(input);
    }

    /// <summary>Warps a face into one image of input.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="landmarks">The face's landmarks in it.</param>
    /// <param name="input"><see cref="InputLength"/> values to fill.</param>
    internal void Prepare(Pyramid photo, in FiveLandmarks landmarks, Span<float> input) => _network.Prepare(photo, landmarks, input);

    /// <summary>Writes an aligned face into one image of input.</summary>
    /// <param name="aligned">The aligned face, of the template's shape and any size.</param>
    /// <param name="input"><see cref="InputLength"/> values to fill.</param>
    public void PrepareAligned(Image aligned, Span<float> input) => _network.Prepare(aligned, input);

    /// <summary>Embeds a batch of prepared inputs, as the network gives them: <see cref="Problem"/> tells whether a row is an
    /// embedding.</summary>
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
        RunOnce(images, count, mu, logVariance, norm, trust);
        if (_flip) AddMirrorImages(images, count, mu, logVariance, norm, trust);
    }

    private void AddMirrorImages(Memory<float> images, int count, Memory<float> mu, Memory<float> logVariance, Span<float> norm,
        Span<FaceTrust> trust)
    {
        var mirrored = AlignedMemory.Of(images.Length);
        MirrorAverage.Mirror(images.Span, mirrored.Span, Description.Width);
        var (otherMu, otherLogVariance) = (AlignedMemory.Of(mu.Length), AlignedMemory.Of(logVariance.Length));
        var (otherNorm, otherTrust) = (new float[norm.Length], new FaceTrust[trust.Length]);
        RunOnce(mirrored, count, otherMu, otherLogVariance, otherNorm, otherTrust);
        MirrorAverage.Combine(mu.Span, logVariance.Span, otherMu.Span, otherLogVariance.Span, Dimension);
        for (var i = 0; i < count; i++) norm[i] = (norm[i] + otherNorm[i]) / 2;
        for (var i = 0; i < trust.Length; i++) trust[i] = MirrorAverage.Mean(trust[i], otherTrust[i]);
    }

    private void RunOnce(Memory<float> images, int count, Memory<float> mu, Memory<float> logVariance, Span<float> norm,
        Span<FaceTrust> trust)
    {
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

    /// <summary>Why a row of <see cref="Run"/> is no embedding, naming the network; null where it is one.</summary>
    /// <param name="mu">D values.</param>
    /// <param name="logVariance">D values.</param>
    public string? Problem(ReadOnlySpan<float> mu, ReadOnlySpan<float> logVariance)
    {
        // One NaN or infinity makes the sum of squares one; a mean of unit length has a sum of 1.
        var length = TensorPrimitives.SumOfSquares(mu);
        if (!float.IsFinite(length)) return $"the network '{_name}' gives NaN or infinity for it";
        if (length is < 0.9f or > 1.1f)
            return $"the network '{_name}' gives an embedding of length {Math.Sqrt(length):0.###} for it, not 1";
        foreach (var value in logVariance)
        {
            if (value is not (>= FaceEmbedding.MinLogVariance and <= FaceEmbedding.MaxLogVariance))
                return $"the network '{_name}' gives a log variance of {value} for it";
        }
        return null;
    }

    /// <summary>Unloads the model; calls under way come to their end.</summary>
    public void Dispose() => _network.Dispose();

    private EmbeddedFace Embed(Memory<float> input)
    {
        var (mu, logVariance) = (AlignedMemory.Of(Dimension), AlignedMemory.Of(Dimension));
        var (norm, trust) = (0f, default(FaceTrust));
        Run(input, 1, mu, logVariance, new Span<float>(ref norm), new Span<FaceTrust>(ref trust));
        if (Problem(mu.Span, logVariance.Span) is { } problem) throw new UnusableNetworkException(_name, problem);
        return new EmbeddedFace(new FaceEmbedding(mu.Span, logVariance.Span, Sha256), norm, HasTrust ? trust : null);
    }
}
