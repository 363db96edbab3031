using Pfe.Calibration;
using Pfe.Scoring;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.Vision.Verification;

/// <summary>
/// Are these two photographs one person? Detection, alignment, embedding, score, calibration and verdict behind one call.
/// Safe for several threads at once; after <see cref="Dispose"/> every call throws <see cref="ObjectDisposedException"/>, calls under way
/// come
/// to their end or throw the same.
/// </summary>
/// <example><code>
/// using var verifier = FaceVerifier.Open(new ModelStore());
/// var result = verifier.Compare("a.jpg", "b.jpg");
/// Console.WriteLine($"{result.Verdict!.Answer}: {result.Verdict.Probability:P1}");
/// </code></example>
public sealed class FaceVerifier : IDisposable
{
    private readonly IFaceDetector _detector;
    private readonly IFaceEmbedder _embedder;
    private readonly bool _leaveOpen;

    /// <summary>Takes a detector and an embedder, any of their kind.</summary>
    /// <param name="detector">Finds the faces.</param>
    /// <param name="embedder">Embeds them; its calibration says what scores mean.</param>
    /// <param name="leaveOpen">Whether they outlive this object; otherwise <see cref="Dispose"/> disposes them where they can be.</param>
    /// <exception cref="PfeException">The embedder's calibration cannot be used.</exception>
    public FaceVerifier(IFaceDetector detector, IFaceEmbedder embedder, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(embedder);
        (_detector, _embedder, _leaveOpen) = (detector, embedder, leaveOpen);
        // A calibration that cannot be used is said now, and not by the first comparison.
        _ = embedder.Calibration;
        _ = embedder.TrustCalibration;
    }

    /// <summary>Opens a model together with the source's detector.</summary>
    /// <param name="source">Where the networks are.</param>
    /// <param name="model">A model that Pfe exported, by path, name or address; null for <see cref="DefaultModel"/>.</param>
    /// <param name="options">What counts as a face; its device and threads hold for the embedder too. Null for the defaults.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="PfeException">A network cannot be had, or the model is another kind of ONNX file.</exception>
    public static async Task<FaceVerifier> OpenAsync(IModelSource source, string? model = null, FaceDetectorOptions? options = null,
        IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        var embedder = await FaceEmbedder.OpenAsync(source, model, options?.Network, progress, cancellationToken).ConfigureAwait(false);
        try
        {
            return new FaceVerifier(await FaceDetector.OpenAsync(source, options, progress, cancellationToken).ConfigureAwait(false),
                embedder);
        }
        catch
        {
            embedder.Dispose();
            throw;
        }
    }

    /// <summary>The same for programs that do not wait asynchronously.</summary>
    /// <param name="store">Where the networks are.</param>
    /// <param name="model">A model that Pfe exported, by path, name or address; null for <see cref="DefaultModel"/>.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellationToken">Stops waiting and fetching.</param>
    /// <exception cref="PfeException">A network cannot be had, or the model is another kind of ONNX file.</exception>
    public static FaceVerifier Open(
        IModelSource store, string? model = null, IProgress<string>? progress = null, CancellationToken cancellationToken = default) =>
        OpenAsync(store, model, null, progress, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Compares two photographs, each a path, a stream, bytes or an <see cref="Image"/>.</summary>
    /// <param name="first">The first.</param>
    /// <param name="second">The second.</param>
    /// <param name="options">Which face, aligned or not, the false-match rate; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two runs of a network.</param>
    /// <exception cref="UnreadableImageException">A photograph cannot be read.</exception>
    /// <exception cref="NoFaceException">A photograph shows no face.</exception>
    /// <exception cref="MultipleFacesException">A photograph shows several faces where one is wanted.</exception>
    /// <exception cref="InvalidConfigurationException">The calibration has no threshold for that rate.</exception>
    public FaceComparison Compare(
        ImageInput first, ImageInput second, CompareOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        options ??= new CompareOptions();
        return Compare(Face(first, options, cancellationToken), Face(second, options, cancellationToken), options.FalseMatchRate);
    }

    /// <summary>The same, reading streams and files without blocking a thread.</summary>
    /// <inheritdoc cref="Compare(ImageInput, ImageInput, CompareOptions?, CancellationToken)"/>
    public async Task<FaceComparison> CompareAsync(
        ImageInput first, ImageInput second, CompareOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        await first.OpenAsync(cancellationToken).ConfigureAwait(false);
        await second.OpenAsync(cancellationToken).ConfigureAwait(false);
        return Compare(first, second, options, cancellationToken);
    }

    /// <summary>Compares two photographs.</summary>
    /// <param name="first">The first.</param>
    /// <param name="second">The second.</param>
    /// <param name="choice">What to do with several faces in one photograph.</param>
    /// <param name="falseMatchRate">The false-match rate of the answer "same"; null for the calibration's usual one.</param>
    /// <inheritdoc cref="Compare(ImageInput, ImageInput, CompareOptions?, CancellationToken)"/>
    public FaceComparison Compare(ImageInput first, ImageInput second, FaceChoice choice, double? falseMatchRate = null) =>
        Compare(first, second, new CompareOptions { Choice = choice, FalseMatchRate = falseMatchRate });

    /// <summary>Compares two embeddings of this verifier's model.</summary>
    /// <param name="first">The first face.</param>
    /// <param name="second">The second face.</param>
    /// <param name="falseMatchRate">The false-match rate of the answer "same"; null for the calibration's usual one.</param>
    /// <exception cref="ModelMismatchException">An embedding is another model's.</exception>
    public FaceComparison Compare(FaceEmbedding first, FaceEmbedding second, double? falseMatchRate = null) =>
        Compare(Known(first), Known(second), falseMatchRate);

    /// <summary>The face of a photograph with its embedding: what <see cref="Compare(ImageInput, ImageInput, CompareOptions?,
    /// CancellationToken)"/>
    /// computes for each side, to be kept and compared later.</summary>
    /// <param name="photo">The photograph.</param>
    /// <param name="options">Which face, aligned or not; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two runs of a network.</param>
    public ComparedFace Face(ImageInput photo, CompareOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(photo);
        options ??= new CompareOptions();
        if (options.Aligned) return Of(photo.Name, null, _embedder.EmbedAligned(photo, cancellationToken), null);
        var face = FaceSelection.Choose(
            _detector, photo, options.Choice == FaceChoice.Main ? FaceSubset.Main : FaceSubset.Only, cancellationToken, out _)[0];
        return Of(photo.Name, face, _embedder.Embed(photo, face.Landmarks, cancellationToken), FaceMeasures.Of(photo, face));
    }

    /// <summary>Compares two faces.</summary>
    /// <param name="first">The first face.</param>
    /// <param name="second">The second face.</param>
    /// <param name="falseMatchRate">The false-match rate of the answer "same"; null for the calibration's usual one.</param>
    public FaceComparison Compare(ComparedFace first, ComparedFace second, double? falseMatchRate = null)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var (a, b, calibration) = (first.Embedding, second.Embedding, _embedder.Calibration);
        var cosine = Cosine.Score(a, b);
        var mls = MutualLikelihood.Score(a, b);
        var score = calibration is null ? mls : FaceScore.Of(a, b, calibration.Score);
        var verdict = (_embedder.TrustCalibration, first.Trust, second.Trust) is ({ } trust, { } trust1, { } trust2)
            ? trust.Decide(cosine, trust1, trust2, falseMatchRate)
            : calibration?.Decide(score, first.Uncertainty, second.Uncertainty, falseMatchRate);
        return new FaceComparison(
            first, second, cosine, mls, Doubted(verdict, first) ?? Doubted(verdict, second) ?? Explained(verdict, first, second));
    }

    /// <summary>Unloads the networks, unless they were to stay open.</summary>
    public void Dispose()
    {
        if (_leaveOpen) return;
        (_detector as IDisposable)?.Dispose();
        (_embedder as IDisposable)?.Dispose();
    }

    private ComparedFace Known(FaceEmbedding embedding)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        if (embedding.ModelId is { } model && model != _embedder.ModelId)
        {
            throw new ModelMismatchException(
                $"an embedding of the model {model} cannot be compared with the model {_embedder.ModelId}; embed again with that one",
                _embedder.ModelId, model);
        }
        return Of("embedding", null, new EmbeddedFace(embedding, float.NaN), null);
    }

    private ComparedFace Of(string name, DetectedFace? detection, EmbeddedFace face, FaceMeasures? measures)
    {
        var uncertainty = FaceUncertainty.Of(face.Embedding);
        var quality = (_embedder.TrustCalibration, face.Trust) is ({ } calibration, { } trust)
            ? calibration.Quality.Of(trust.Noise)
            : _embedder.Calibration?.Quality.Of(uncertainty);
        return new ComparedFace(name, detection, face.Embedding, uncertainty, quality, face.Trust, measures);
    }

    /// <summary>What was computed from landmarks that are no face's supports no answer.</summary>
    private static Verdict? Doubted(Verdict? verdict, ComparedFace face) =>
        verdict is null || face.Detection is not { LandmarksReliable: false } ? null : verdict with
        {
            Answer = Answer.CannotTell,
            Reason = $"eyes, nose and mouth could not be placed dependably in '{face.Path}': is " +
                "the face turned away, covered or on its side?",
        };

    /// <summary>Why it cannot be told, in words, where what was measured of the faces says it.</summary>
    private static Verdict? Explained(Verdict? verdict, ComparedFace first, ComparedFace second)
    {
        if (verdict is not { Answer: Answer.CannotTell }) return verdict;
        var (one, other) = (first.Measures?.Describe(), second.Measures?.Describe());
        if (one is null && other is null) return verdict;
        var words = new[] { one is null ? null : $"the first face is {one}", other is null ? null : $"the second face is {other}" };
        return verdict with { Reason = $"{verdict.Reason}; {string.Join(", ", words.OfType<string>())}" };
    }
}
