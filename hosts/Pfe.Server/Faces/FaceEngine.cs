using Pfe.Calibration;
using Pfe.Gallery;
using Pfe.Server.Messages;
using Pfe.Server.Settings;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;
using Pfe.Vision.Networks;
using Pfe.Vision.Verification;

namespace Pfe.Server.Faces;

/// <summary>A model that the service runs.</summary>
/// <param name="Embedder">The network.</param>
/// <param name="Batcher">Runs it for all requests.</param>
/// <param name="Description">Whose embeddings galleries hold.</param>
internal sealed record FaceModel(FaceEmbedder Embedder, EmbeddingBatcher Batcher, GalleryModel Description)
{
    public ScoreCalibration Calibration => Description.Calibration;

    /// <summary>0 to 100: more certain than that many percent of the calibration's faces; by the trust head where the model has
    /// one.</summary>
    public double QualityOf(AnalysedFace face) => (Embedder.TrustCalibration, face.Trust) is ({ } calibration, { } trust)
        ? calibration.Quality.Of(trust.Noise) : Calibration.Quality.Of(face.Uncertainty);
}

/// <summary>A face of a photograph.</summary>
/// <param name="Detection">Where it is.</param>
/// <param name="Embedding">The face as a Gaussian.</param>
/// <param name="Trust">What the trust head says of it; null where the model has none.</param>
/// <param name="Photo">Where it was found.</param>
internal sealed record AnalysedFace(DetectedFace Detection, FaceEmbedding Embedding, FaceTrust? Trust, Pyramid Photo)
{
    private FaceMeasures? _measures;

    /// <summary>What is measured of it, once somebody asks: an embedding alone needs no words.</summary>
    public FaceMeasures Measures => _measures ??= FaceMeasures.Of(Photo, Detection);

    /// <summary>Mean ln sigma^2.</summary>
    public double Uncertainty { get; } = FaceUncertainty.Of(Embedding);
}

/// <summary>A photograph that was looked at.</summary>
/// <param name="Image">The photograph, decoded and upright.</param>
/// <param name="Detections">Every face, best score first.</param>
/// <param name="Faces">Those that were embedded: all, or the main one.</param>
internal sealed record AnalysedPhoto(Image Image, IReadOnlyList<DetectedFace> Detections, IReadOnlyList<AnalysedFace> Faces);

/// <summary>
/// The networks of the service: one detector, one or several models. Every photograph goes through the same limits,
/// and through batches that
/// requests share.
/// </summary>
internal sealed class FaceEngine : IAsyncDisposable
{
    private readonly FaceDetector _detector;
    private readonly ServerLimits _limits;

    private FaceEngine(FaceDetector detector, IReadOnlyList<FaceModel> models, ServerLimits limits)
    {
        (_detector, Models, _limits) = (detector, models, limits);
        Verifier = new FaceVerifier(detector, Default.Embedder, leaveOpen: true);
    }

    /// <summary>Decides about two faces of the default model.</summary>
    public FaceVerifier Verifier { get; }

    /// <summary>The models; the first is that of new galleries.</summary>
    public IReadOnlyList<FaceModel> Models { get; }

    /// <summary>The model of new galleries and of everything that has no gallery.</summary>
    public FaceModel Default => Models[0];

    /// <summary>Loads the networks, fetching them where need be.</summary>
    /// <param name="options">Which.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellation">Stops loading.</param>
    /// <exception cref="PfeException">A network cannot be had, or a model has no calibration.</exception>
    public static async Task<FaceEngine> OpenAsync(ServerOptions options, IProgress<string>? progress, CancellationToken cancellation)
    {
        var store = new ModelStore(options.ModelsFolder);
        var network = new NetworkOptions { Device = options.Device, Messages = progress };
        var models = new List<FaceModel>();
        try
        {
            foreach (var reference in options.Models.Count == 0 ? [null] : options.Models.Cast<string?>())
            {
                var embedder = await FaceEmbedder.OpenAsync(store, reference, network, progress, cancellation);
                models.Add(new(embedder, new EmbeddingBatcher(embedder, Environment.ProcessorCount, options.Limits.Batch),
                    GalleryModel.Of(embedder)));
            }
            var detector = await FaceDetector.OpenAsync(store, new() { Network = network }, progress, cancellation);
            return new FaceEngine(detector, models, options.Limits);
        }
        catch
        {
            foreach (var model in models)
            {
                await model.Batcher.DisposeAsync();
                model.Embedder.Dispose();
            }
            throw;
        }
    }

    /// <summary>The model with that checksum, or null.</summary>
    public FaceModel? Find(string id) => Models.FirstOrDefault(model => model.Description.Id == id);

    /// <summary>Decodes a photograph, after a look at its size.</summary>
    /// <param name="photo">The file's bytes.</param>
    /// <param name="name">What to call it in an error message: never its file name, which may be a person's.</param>
    public Image Decode(ReadOnlyMemory<byte> photo, string name)
    {
        PhotoSize.Check(photo, _limits.Pixels, name);
        return Image.Decode(photo.Span, name);
    }

    /// <summary>Finds every face.</summary>
    /// <exception cref="ProblemException">More faces than are looked at.</exception>
    public IReadOnlyList<DetectedFace> Detect(Image image, string name)
    {
        var faces = _detector.Detect(image);
        return faces.Count <= _limits.Faces ? faces : throw new ProblemException(422, Client.ProblemCodes.TooManyFaces,
            $"{name} shows {faces.Count} faces, and {_limits.Faces} are looked at; crop it");
    }

    /// <summary>The face a photograph is of, where it shows several.</summary>
    public static DetectedFace MainFace(IReadOnlyList<DetectedFace> faces, Image image) => FaceDetector.Main(faces, image)!;

    /// <summary>Decodes, detects and embeds.</summary>
    /// <param name="photo">The file's bytes.</param>
    /// <param name="name">What to call it in an error message.</param>
    /// <param name="model">The model.</param>
    /// <param name="main">Whether only the main face is wanted, and must be there.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="NoFaceException">A main face is wanted, and there is none.</exception>
    public async Task<AnalysedPhoto> AnalyseAsync(
        ReadOnlyMemory<byte> photo, string name, FaceModel model, bool main, CancellationToken cancellation)
    {
        var image = Decode(photo, name);
        cancellation.ThrowIfCancellationRequested();
        var found = Detect(image, name);
        if (main && found.Count == 0) throw new NoFaceException(name);
        cancellation.ThrowIfCancellationRequested();
        var pyramid = new Pyramid(image);
        IReadOnlyList<DetectedFace> wanted = main ? [MainFace(found, image)] : found;
        var embeddings = await Task.WhenAll(
            wanted.Select(face => model.Batcher.EmbedAsync(pyramid, face.Landmarks, cancellation)));
        return new(image, found, [.. wanted.Zip(embeddings, (face, given) =>
            new AnalysedFace(face, given.Embedding, given.Trust, pyramid))]);
    }

    /// <summary>Unloads the networks, after what waits is done.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var model in Models)
        {
            await model.Batcher.DisposeAsync();
            model.Embedder.Dispose();
        }
        _detector.Dispose();
    }
}
