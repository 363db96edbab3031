using System.Security.Claims;
using System.Security.Cryptography;
using Pfe.Gallery;
using Pfe.Server.Faces;
using Pfe.Server.Messages;
using Pfe.Server.Observability;
using Pfe.Server.Security;
using Pfe.Vision.Imaging;
using Wire = Pfe.Client;

namespace Pfe.Server.Galleries;

/// <summary>A gallery with the model that it is of.</summary>
internal sealed record OpenGallery(FaceGallery People, FaceModel Model);

/// <summary>Whom to enrol with photographs.</summary>
internal sealed record Enrolment
{
    public Guid? PersonId { get; init; }

    public string? ExternalId { get; init; }

    public string? Name { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Whether to take the main face where a photograph shows several.</summary>
    public bool MainFace { get; init; }

    /// <summary>Whether faces that the gate would refuse are enrolled all the same.</summary>
    public bool IgnoreGate { get; init; }
}

/// <summary>What can be asked about people: for the operations and for the pages alike.</summary>
internal sealed class GalleryOperations(GalleryCatalog catalog, FaceEngine engine, ServerMetrics metrics)
{
    /// <summary>Opens a gallery that the key may touch.</summary>
    /// <exception cref="ProblemException">It may not, or the gallery's model is not loaded.</exception>
    /// <exception cref="GalleryException">There is none.</exception>
    public async Task<OpenGallery> OpenAsync(ClaimsPrincipal user, Guid id, CancellationToken cancellation)
    {
        user.RequireGallery(id);
        return await OpenAsync(id, cancellation);
    }

    /// <summary>Opens a gallery for work of the service's own.</summary>
    public async Task<OpenGallery> OpenAsync(Guid id, CancellationToken cancellation)
    {
        var info = await catalog.GetAsync(id, cancellation);
        var model = engine.Find(info.ModelId) ?? throw new ProblemException(409, Wire.ProblemCodes.ModelNotLoaded,
            $"the gallery holds embeddings of the model '{info.ModelName}' ({info.ModelId[..Math.Min(12, info.ModelId.Length)]}), " +
            "which this service does not run; start it with that model");
        return new(await catalog.OpenAsync(id, model.Description, cancellation), model);
    }

    /// <summary>Enrols photographs. Those that are no good are refused, with advice; the others are stored.</summary>
    public async Task<Wire.EnrolResult> EnrolAsync(OpenGallery gallery, Enrolment who, IReadOnlyList<UploadedPhoto> photos,
        WriteContext context, CancellationToken cancellation)
    {
        var samples = new List<(int Index, FaceSample Sample)>();
        var rejected = new List<Wire.RejectedImage>();
        for (var i = 0; i < photos.Count; i++)
        {
            var (sample, advice) = await SampleAsync(gallery.Model, photos[i], who.MainFace, cancellation);
            if (sample is not null) samples.Add((i, sample));
            else rejected.Add(new(i, photos[i].Reference, [WireRecords.Of(advice!)]));
        }
        if (samples.Count == 0) throw NoneUsable(rejected);
        metrics.Embedded(samples.Count);
        try
        {
            var result = await gallery.People.EnrolAsync(new EnrolRequest
            {
                PersonId = who.PersonId, ExternalId = who.ExternalId, Name = who.Name, Metadata = who.Metadata,
                Samples = [.. samples.Select(entry => entry.Sample)], IgnoreGate = who.IgnoreGate,
            }, context, cancellation);
            return Numbered(result, samples, rejected);
        }
        catch (GalleryException e) when (e.Error == GalleryError.NoUsableFace && e.Rejected.Count == samples.Count)
        {
            rejected.AddRange(e.Rejected.Select((image, i) => WireRecords.Of(image, samples[i].Index)));
            throw NoneUsable(rejected);
        }
    }

    /// <summary>Every photograph was refused; the reasons in the order of the photographs.</summary>
    private static GalleryException NoneUsable(List<Wire.RejectedImage> rejected) => new(GalleryError.NoUsableFace,
        (rejected.Count == 1 ? "the photograph cannot be enrolled: " : $"none of the {rejected.Count} photographs can be enrolled: ") +
        string.Join("; ", rejected.SelectMany(image => image.Advice).Select(advice => advice.Text).Distinct().Take(3)))
    {
        Rejected = [.. rejected.OrderBy(image => image.Index)
            .Select(image => new RejectedImage(image.Reference, [.. image.Advice.Select(Back)]))],
    };

    /// <summary>Who is this?</summary>
    public async Task<(Wire.Identification Answer, AnalysedPhoto? Photo)> IdentifyAsync(OpenGallery gallery, UploadedPhoto photo,
        IdentifyOptions options, WriteContext context, CancellationToken cancellation)
    {
        var analysed = await engine.AnalyseAsync(photo.Bytes, "the photograph", gallery.Model, main: true, cancellation);
        metrics.Embedded(1);
        var face = analysed.Faces[0];
        var found = await gallery.People.IdentifyAsync(face.Embedding, options, context, cancellation);
        if (found.Answer == IdentityAnswer.CannotTell && face.Measures.Describe() is { } why)
            found = found with { Reason = $"{found.Reason}; the face is {why}" };
        return (WireRecords.Of(found, WireRecords.Of(face.Detection), analysed.Detections.Count), analysed);
    }

    /// <summary>Is this that person?</summary>
    public async Task<Wire.PersonVerification> VerifyAsync(
        OpenGallery gallery, Guid person, UploadedPhoto photo, CancellationToken cancellation)
    {
        var analysed = await engine.AnalyseAsync(photo.Bytes, "the photograph", gallery.Model, main: true, cancellation);
        metrics.Embedded(1);
        var face = analysed.Faces[0];
        var found = await gallery.People.VerifyAsync(person, face.Embedding, cancellation);
        return WireRecords.Of(found, WireRecords.Of(face.Detection), analysed.Detections.Count);
    }

    /// <summary>An embedding that a caller kept.</summary>
    /// <exception cref="ProblemException">It is none of the gallery's model.</exception>
    public static FaceEmbedding Given(Wire.Embedding embedding)
    {
        if (embedding.Mu.Count == 0 || embedding.Mu.Count != embedding.LogVariance.Count)
            throw ProblemException.Invalid("'mu' and 'logVariance' have the same number of values, at least one");
        try
        {
            return new FaceEmbedding(embedding.Mu.ToArray(), embedding.LogVariance.ToArray(), embedding.ModelId);
        }
        catch (ArgumentException e)
        {
            throw ProblemException.Invalid($"the embedding cannot be used: {e.Message}");
        }
    }

    /// <summary>The face of a photograph for an enrolment, or why there is none.</summary>
    private async Task<(FaceSample? Sample, Advice? Advice)> SampleAsync(
        FaceModel model, UploadedPhoto photo, bool mainFace, CancellationToken cancellation)
    {
        AnalysedPhoto analysed;
        try
        {
            analysed = await engine.AnalyseAsync(photo.Bytes, "the photograph", model, main: mainFace, cancellation);
        }
        catch (NoFaceException)
        {
            return (null, NoFace());
        }
        catch (Exception e) when (e is ImageException or ProblemException)
        {
            return (null, new Advice(AdviceCode.Unreadable, e.Message));
        }
        if (analysed.Detections.Count == 0) return (null, NoFace());
        if (!mainFace && analysed.Faces.Count > 1)
            return (null, new Advice(AdviceCode.SeveralFaces, $"{analysed.Faces.Count} faces found: crop the photograph to one"));
        var face = analysed.Faces[0];
        return (new FaceSample(face.Embedding)
        {
            Measures = face.Measures, Reference = photo.Reference, Photo = photo.Bytes,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(photo.Bytes.Span)),
        }, null);
    }

    private static Advice NoFace() =>
        new(AdviceCode.NoFace, "no face found: one face, seen from the front and at least 40 pixels wide, is wanted");

    private static Advice Back(Wire.Advice advice) => new(Enum.Parse<AdviceCode>(advice.Code, ignoreCase: true), advice.Text,
        advice.PersonId);

    /// <summary>
    /// Each image with its place in the request. The gallery keeps the order of what it was given, so that a sample is either the next one
    /// accepted, by its checksum, or the next one refused.
    /// </summary>
    private static Wire.EnrolResult Numbered(
        EnrolResult result, List<(int Index, FaceSample Sample)> samples, List<Wire.RejectedImage> rejected)
    {
        var accepted = new List<Wire.AcceptedImage>();
        var refused = 0;
        foreach (var (index, sample) in samples)
        {
            if (accepted.Count < result.Accepted.Count && result.Accepted[accepted.Count] is var next && next.Image.Sha256 == sample.Sha256)
                accepted.Add(new(index, WireRecords.Of(next.Image), next.Weight, next.Anchor, [.. next.Warnings.Select(WireRecords.Of)]));
            else if (refused < result.Rejected.Count) rejected.Add(WireRecords.Of(result.Rejected[refused++], index));
        }
        return new(WireRecords.Of(result.Person), result.Created, accepted, [.. rejected.OrderBy(image => image.Index)], result.Anchors,
            result.GalleryVersion);
    }
}
