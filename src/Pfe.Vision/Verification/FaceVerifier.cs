using Pfe.Calibration;
using Pfe.Onnx;
using Pfe.Scoring;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.Vision.Verification;

/// <summary>Which face of a photograph is meant when there are several.</summary>
public enum FaceChoice
{
    /// <summary>There must be exactly one; several are an error.</summary>
    Only,

    /// <summary>The main one: <see cref="FaceFinder.FindMain(Image)"/>.</summary>
    Main,
}

/// <summary>
/// Are these two photographs one person? Detection, alignment, embedding, score, calibration and verdict behind one call.
/// Safe for several threads at once.
/// </summary>
/// <example><code>
/// using var verifier = FaceVerifier.Open(new ModelStore());
/// var result = verifier.Compare("a.jpg", "b.jpg");
/// Console.WriteLine($"{result.Verdict!.Answer}: {result.Verdict.Probability:P1}");
/// </code></example>
public sealed class FaceVerifier : IDisposable
{
    private readonly FaceFinder _finder;
    private readonly FaceEmbedder _embedder;
    private readonly ScoreCalibration? _calibration;
    private readonly TrustCalibration? _trust;

    private FaceVerifier(FaceFinder finder, FaceEmbedder embedder, ScoreCalibration? calibration, TrustCalibration? trust) =>
        (_finder, _embedder, _calibration, _trust) = (finder, embedder, calibration, trust);

    /// <summary>Opens a model together with the store's detector.</summary>
    /// <param name="store">Where the networks are.</param>
    /// <param name="model">Path of a model that Pfe exported; null for <see cref="DefaultModel"/>.</param>
    /// <param name="progress">Told before something is fetched.</param>
    /// <param name="cancellation">Stops waiting and fetching.</param>
    /// <exception cref="PfeException">A network cannot be had, or the model is another kind of ONNX file.</exception>
    public static FaceVerifier Open(
        ModelStore store, string? model = null, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var path = model ?? DefaultModel.Get(store, progress, cancellation);
        var embedder = new FaceEmbedder(OnnxModel.Load(path));
        try
        {
            return new FaceVerifier(new FaceFinder(store), embedder, ScoreCalibration.FromMetadata(embedder.Metadata, path),
                TrustCalibration.FromMetadata(embedder.Metadata, path));
        }
        catch
        {
            embedder.Dispose();
            throw;
        }
    }

    /// <summary>Compares two photographs.</summary>
    /// <param name="first">Path of the first.</param>
    /// <param name="second">Path of the second.</param>
    /// <param name="choice">What to do with several faces in one photograph.</param>
    /// <param name="falseMatchRate">The false-match rate of the answer "same"; null for the calibration's usual one.</param>
    /// <exception cref="ImageException">A photograph cannot be read, shows no face, or several where one is wanted.</exception>
    /// <exception cref="InvalidConfigurationException">The calibration has no threshold for that rate.</exception>
    public FaceComparison Compare(string first, string second, FaceChoice choice = FaceChoice.Only, double? falseMatchRate = null)
    {
        var (a, b) = (Face(first, choice), Face(second, choice));
        var cosine = Cosine.Score(a.Embedding, b.Embedding);
        var mls = MutualLikelihood.Score(a.Embedding, b.Embedding);
        var score = _calibration is null ? mls : FaceScore.Of(a.Embedding, b.Embedding, _calibration.Score);
        var verdict = (_trust, a.Trust, b.Trust) is ({ } trust, { } trustA, { } trustB)
            ? trust.Decide(cosine, trustA, trustB, falseMatchRate)
            : _calibration?.Decide(score, a.Uncertainty, b.Uncertainty, falseMatchRate);
        return new FaceComparison(a, b, cosine, mls, verdict);
    }

    /// <summary>Unloads the networks.</summary>
    public void Dispose()
    {
        _finder.Dispose();
        _embedder.Dispose();
    }

    private ComparedFace Face(string path, FaceChoice choice)
    {
        var photo = Image.Load(path);
        var found = _finder.FindAll(photo);
        if (found.Count == 0) throw new NoFaceException(path);
        if (found.Count > 1 && choice == FaceChoice.Only) throw new MultipleFacesException(path, found.Count);
        var face = FaceFinder.Main(found, photo)!;
        var embedded = _embedder.Embed(photo, face.Landmarks);
        var uncertainty = FaceUncertainty.Of(embedded.Embedding);
        var quality = (_trust, embedded.Trust) is ({ } calibration, { } trust)
            ? calibration.Quality.Of(trust.Noise)
            : _calibration?.Quality.Of(uncertainty);
        return new ComparedFace(path, face, embedded.Embedding, uncertainty, quality, embedded.Trust);
    }
}
