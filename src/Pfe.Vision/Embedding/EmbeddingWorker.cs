using Pfe.Calibration;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Networks;

namespace Pfe.Vision.Embedding;

/// <summary>What came of some consecutive images: rows in their order, and what failed.</summary>
/// <param name="dimension">D.</param>
internal sealed class EmbeddedChunk(int dimension)
{
    private float[] _mu = new float[16 * dimension];
    private float[] _logVariance = new float[16 * dimension];

    public List<EmbeddedImage> Rows { get; } = [];

    public List<(int Image, FailedImage Failure)> Failures { get; } = [];

    /// <summary>Images that show several faces of which one was taken.</summary>
    public int SeveralFaces { get; set; }

    public ReadOnlySpan<float> Mu => _mu.AsSpan(0, Rows.Count * dimension);

    public ReadOnlySpan<float> LogVariance => _logVariance.AsSpan(0, Rows.Count * dimension);

    public void Add(in EmbeddedImage row, ReadOnlySpan<float> mu, ReadOnlySpan<float> logVariance)
    {
        var at = Rows.Count * dimension;
        if (at == _mu.Length) (_mu, _logVariance) = (Doubled(_mu), Doubled(_logVariance));
        mu.CopyTo(_mu.AsSpan(at));
        logVariance.CopyTo(_logVariance.AsSpan(at));
        Rows.Add(row);
    }

    private static float[] Doubled(float[] values)
    {
        Array.Resize(ref values, 2 * values.Length);
        return values;
    }
}

/// <summary>
/// One worker of a run: decodes, detects, aligns and embeds consecutive images on its thread, with buffers of its own. As many workers as
/// cores keep every core busy without handing anything over; the network runs whenever a few faces are ready, as small batches are fastest
/// on a CPU (docs/speed.md). Which faces share a batch does not change a bit of the result.
/// </summary>
internal sealed class EmbeddingWorker
{
    /// <summary>Faces a run of the network: measured best on a CPU, and enough to keep a card busy.</summary>
    private const int CpuBatch = 4, CardBatch = 64;

    private readonly FaceEmbedder _embedder;
    private readonly IFaceDetector? _detector;
    private readonly EmbeddingRunOptions _options;
    private readonly int _batch;
    private readonly Memory<float> _input;
    private readonly Memory<float> _mu;
    private readonly Memory<float> _logVariance;
    private readonly List<(int Image, float Score, float Sharpness)> _ready = [];

    public EmbeddingWorker(FaceEmbedder embedder, IFaceDetector? detector, EmbeddingRunOptions options)
    {
        (_embedder, _detector, _options) = (embedder, detector, options);
        _batch = embedder.Device.Kind == ComputeDeviceKind.Cpu ? CpuBatch : CardBatch;
        _input = AlignedMemory.Of(_batch * embedder.InputLength);
        _mu = AlignedMemory.Of(_batch * embedder.Dimension);
        _logVariance = AlignedMemory.Of(_batch * embedder.Dimension);
    }

    /// <summary>Embeds images; the numbers by which they are known count from <paramref name="first"/>.</summary>
    public EmbeddedChunk Embed(IReadOnlyList<FaceSource> images, int first, int count, CancellationToken cancellation)
    {
        var chunk = new EmbeddedChunk(_embedder.Dimension);
        _ready.Clear();
        for (var i = first; i < first + count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                Prepare(images, i, chunk, cancellation);
            }
            catch (PfeException e) when (!_options.Strict && e is not UnusableNetworkException && !Descriptors.AreOut(e))
            {
                chunk.Failures.Add((i, new FailedImage(images[i].Name, e is ImageException image ? image.Reason : e.Message)));
            }
        }
        Flush(images, chunk);
        return chunk;
    }

    private void Prepare(IReadOnlyList<FaceSource> images, int index, EmbeddedChunk chunk, CancellationToken cancellation)
    {
        var source = images[index];
        var photo = source.Open();
        using var held = photo.Hold();
        if (_options.Aligned)
        {
            var image = photo.Open().Image;
            _embedder.Template.RequireShape(image, source.Path);
            _embedder.PrepareAligned(image, Slot(images, chunk));
            Filled(index, float.NaN);
        }
        else if (source.Landmarks is { } landmarks)
        {
            _embedder.Prepare(photo.Open(), landmarks, Slot(images, chunk));
            Filled(index, float.NaN);
        }
        else
        {
            foreach (var face in Faces(source, photo, chunk, cancellation))
            {
                _embedder.Prepare(photo.Open(), face.Landmarks, Slot(images, chunk));
                Filled(index, face.Score);
            }
        }
    }

    private IReadOnlyList<DetectedFace> Faces(FaceSource source, ImageInput photo, EmbeddedChunk chunk, CancellationToken cancellation)
    {
        if (_detector is null)
            throw new ArgumentException($"'{source.Name}' has no landmarks and there is no face detector", nameof(source));
        var faces = FaceSelection.Choose(_detector, photo, _options.Faces, cancellation, out var others);
        if (others > 0) chunk.SeveralFaces++;
        return faces;
    }

    /// <summary>The next image of input; a full batch is run first.</summary>
    private Span<float> Slot(IReadOnlyList<FaceSource> images, EmbeddedChunk chunk)
    {
        if (_ready.Count == _batch) Flush(images, chunk);
        return _input.Span.Slice(_ready.Count * _embedder.InputLength, _embedder.InputLength);
    }

    private void Filled(int image, float score)
    {
        var input = _input.Span.Slice(_ready.Count * _embedder.InputLength, _embedder.InputLength);
        _ready.Add((image, score, SharpnessOf(input)));
    }

    private void Flush(IReadOnlyList<FaceSource> images, EmbeddedChunk chunk)
    {
        var (count, dimension) = (_ready.Count, _embedder.Dimension);
        if (count == 0) return;
        var (norms, trusts) = (new float[count], new FaceTrust[count]);
        _embedder.Run(_input.Slice(0, count * _embedder.InputLength), count, _mu.Slice(0, count * dimension),
            _logVariance.Slice(0, count * dimension), norms, trusts);
        for (var row = 0; row < count; row++)
        {
            var (image, score, sharpness) = _ready[row];
            var mu = _mu.Span.Slice(row * dimension, dimension);
            var logVariance = _logVariance.Span.Slice(row * dimension, dimension);
            if (_embedder.Problem(mu, logVariance) is { } problem) Fail(images[image], image, problem, chunk);
            else chunk.Add(new EmbeddedImage(image, norms[row], score, sharpness, trusts[row]), mu, logVariance);
        }
        _ready.Clear();
    }

    /// <summary>A network that gives no embedding for an image is named, and the image counted once.</summary>
    private void Fail(FaceSource source, int image, string problem, EmbeddedChunk chunk)
    {
        if (_options.Strict) throw new ImageException(source.Path, problem);
        if (!chunk.Failures.Exists(failure => failure.Image == image)) chunk.Failures.Add((image, new FailedImage(source.Name, problem)));
    }

    // Green is the middle plane in either order of channels, and most of what an eye calls brightness.
    private float SharpnessOf(ReadOnlySpan<float> input)
    {
        var (network, std) = (_embedder.Description, _embedder.Description.Std[1]);
        var plane = network.Width * network.Height;
        return (float)(Sharpness.Of(input.Slice(plane, plane), network.Width, network.Height) * std * std);
    }
}
