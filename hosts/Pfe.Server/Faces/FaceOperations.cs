using Pfe.Client;
using Pfe.Gallery;
using Pfe.Server.Messages;
using Pfe.Server.Observability;
using Pfe.Vision.Imaging;

namespace Pfe.Server.Faces;

/// <summary>One side of a comparison, with what the pages draw.</summary>
/// <param name="Photo">The photograph.</param>
/// <param name="Face">Its main face.</param>
internal sealed record ComparedPhoto(AnalysedPhoto Photo, AnalysedFace Face);

/// <summary>What can be asked about photographs without a gallery. Nothing of them is kept.</summary>
internal sealed class FaceOperations(FaceEngine engine, ServerMetrics metrics)
{
    /// <summary>Every face.</summary>
    public DetectResult Detect(UploadedPhoto photo)
    {
        var image = engine.Decode(photo.Bytes, "the photograph");
        return new(image.Photograph.Width, image.Photograph.Height, [.. engine.Detect(image, "the photograph").Select(WireRecords.Of)]);
    }

    /// <summary>Every face as a Gaussian.</summary>
    public async Task<EmbeddingsResult> EmbedAsync(UploadedPhoto photo, CancellationToken cancellation)
    {
        var (model, analysed) = await AllAsync(photo, cancellation);
        return new(model.Description.Id, model.Description.Dimension, analysed.Image.Photograph.Width, analysed.Image.Photograph.Height,
            [.. analysed.Faces.Select(face => new EmbeddedFace(WireRecords.Of(face.Detection), face.Embedding.Mu.ToArray(),
                face.Embedding.LogVariance.ToArray(), face.Uncertainty, model.Calibration.Quality.Of(face.Uncertainty)))]);
    }

    /// <summary>How good the faces are, and what would make them better.</summary>
    public async Task<QualityResult> QualityAsync(UploadedPhoto photo, CancellationToken cancellation)
    {
        var (model, analysed) = await AllAsync(photo, cancellation);
        var policy = new GalleryPolicy();
        var faces = analysed.Faces.Select(face =>
        {
            // By sigma, as galleries judge: "enrollable" is what they would say.
            var quality = model.Calibration.Quality.Of(face.Uncertainty);
            var (accepted, advice) = QualityGate.Judge(policy, quality, face.Measures);
            return new FaceQuality(WireRecords.Of(face.Detection), quality, face.Uncertainty, accepted, [.. advice.Select(WireRecords.Of)],
                WireRecords.Of(face.Measures));
        });
        return new(model.Description.Id, analysed.Image.Photograph.Width, analysed.Image.Photograph.Height, [.. faces]);
    }

    /// <summary>A source and its targets. A target that cannot be used is told so; the others count.</summary>
    public async Task<VerifyResult> VerifyAsync(
        UploadedPhoto source, IReadOnlyList<UploadedPhoto> targets, double? falseMatchRate, CancellationToken cancellation)
    {
        if (targets.Count == 0) throw ProblemException.Invalid("photographs to compare with are wanted in the field 'targets'");
        var first = await MainAsync(source, "the source", cancellation);
        var results = new List<VerifiedTarget>();
        for (var i = 0; i < targets.Count; i++)
        {
            ComparedPhoto second;
            try { second = await MainAsync(targets[i], $"target {i}", cancellation); }
            catch (Exception e) when (e is ImageException or ProblemException)
            {
                var (_, code, detail) = Problems.Of(e)!.Value;
                results.Add(new(i, null, null, null, null, new PhotoProblem(code, detail)));
                continue;
            }
            var (verdict, score, cosine) = Decide(first.Face, second.Face, falseMatchRate);
            results.Add(new(i, Compared(second), score, cosine, verdict, null));
        }
        return new(engine.Default.Description.Id, Compared(first), results);
    }

    /// <summary>The main face of a photograph.</summary>
    public async Task<ComparedPhoto> MainAsync(UploadedPhoto photo, string name, CancellationToken cancellation)
    {
        var analysed = await engine.AnalyseAsync(photo.Bytes, name, engine.Default, main: true, cancellation);
        metrics.Embedded(1);
        return new(analysed, analysed.Faces[0]);
    }

    /// <summary>Whether two faces are one person.</summary>
    public (Verdict Verdict, double Score, double Cosine) Decide(AnalysedFace first, AnalysedFace second, double? falseMatchRate = null)
    {
        var compared = engine.Verifier.Compare(Side(first, "the first photograph"), Side(second, "the second photograph"), falseMatchRate);
        return (WireRecords.Of(compared.Verdict!), compared.MutualLikelihood, compared.Cosine);
    }

    private Vision.Verification.ComparedFace Side(AnalysedFace face, string name) =>
        new(name, face.Detection, face.Embedding, face.Uncertainty, engine.Default.QualityOf(face), face.Trust, face.Measures);

    /// <summary>A side of a comparison as it travels: its quality is the one of every other answer, by sigma.</summary>
    public ComparedFace Compared(ComparedPhoto photo) => new(WireRecords.Of(photo.Face.Detection), photo.Photo.Detections.Count,
        photo.Face.Uncertainty, engine.Default.Calibration.Quality.Of(photo.Face.Uncertainty));

    private async Task<(FaceModel Model, AnalysedPhoto Photo)> AllAsync(UploadedPhoto photo, CancellationToken cancellation)
    {
        var analysed = await engine.AnalyseAsync(photo.Bytes, "the photograph", engine.Default, main: false, cancellation);
        metrics.Embedded(analysed.Faces.Count);
        return (engine.Default, analysed);
    }
}
