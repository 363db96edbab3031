using Pfe.Gallery.Decisions;
using Pfe.Gallery.Storage;

namespace Pfe.Gallery;

public sealed partial class FaceGallery
{
    /// <summary>
    /// Enrols faces as one person. Each face passes the gallery's quality gate on its own; the good ones are stored even where others are
    /// refused. A face that looks like somebody else who is enrolled is stored with a warning and opens a review.
    /// </summary>
    /// <param name="request">Whom, with which faces.</param>
    /// <param name="context">Who asks, with an idempotency key.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    /// <returns>What was stored and what was refused, with advice.</returns>
    /// <exception cref="GalleryException">No face can be used (the message names the first reason); there is no such person; the embeddings
    /// are of another model.</exception>
    public async Task<EnrolResult> EnrolAsync(EnrolRequest request, WriteContext? context = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Samples.Count == 0) throw new GalleryException(GalleryError.Invalid, "an enrolment needs at least one face");
        foreach (var sample in request.Samples) CheckEmbedding(sample.Embedding);
        var faces = request.Samples.Select(sample => FacePoint.Of(sample.Embedding)).ToArray();
        var samples = request.Samples.Select(sample => sample.Embedding).ToArray();
        var nearest = (await SearchAsync(samples, faces, 2, 0, cancellation).ConfigureAwait(false)).Matches;
        return await ChangeAsync("person.enrol", context, GalleryJson.Default.EnrolResult, async (scope, info, changed) =>
        {
            var (person, created) = await PersonForAsync(scope, request, cancellation).ConfigureAwait(false);
            var before = created ? [] : await scope.Session.ListTemplatesAsync(Id, info.Generation, person.Id, cancellation)
                .ConfigureAwait(false);
            var images = created ? [] : await scope.Session.ListImagesAsync(Id, person.Id, cancellation).ConfigureAwait(false);
            var known = images.Select(image => image.Sha256).OfType<string>().ToHashSet();
            var enrolled = new Enrolment(this, info, person, request, before);
            for (var i = 0; i < faces.Length; i++) enrolled.Judge(request.Samples[i], faces[i], nearest[i], known, scope);
            if (enrolled.Accepted == 0) throw NoUsableFace(enrolled.Rejected);
            if (created) await scope.Session.AddPersonAsync(person with { Images = 0 }, cancellation).ConfigureAwait(false);
            person = Touched(person, scope.Now, enrolled.Accepted);
            await scope.Session.SavePersonAsync(person, cancellation).ConfigureAwait(false);
            await enrolled.StoreAsync(scope, cancellation).ConfigureAwait(false);
            changed.Persons.Add(person.Id);
            (scope.Subject, scope.Outcome) = (person.Id, $"{enrolled.Accepted} images enrolled, {enrolled.Rejected.Count} refused");
            var (accepted, anchors) = enrolled.Weigh();
            return new EnrolResult(person, created, accepted, enrolled.Rejected, anchors, info.Version);
        }, cancellation).ConfigureAwait(false);
    }

    /// <summary>Whether an image with this reference is enrolled: what a bulk enrolment goes on from.</summary>
    /// <param name="reference">The caller's own reference.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<bool> HasImageAsync(string reference, CancellationToken cancellation = default) =>
        await Store.ReadAsync(session => session.HasReferenceAsync(Id, reference, cancellation), cancellation).ConfigureAwait(false) > 0;

    private async Task<(Person Person, bool Created)> PersonForAsync(WriteScope scope, EnrolRequest request, CancellationToken cancellation)
    {
        if (request.PersonId is { } id)
        {
            var found = await scope.Session.GetPersonAsync(Id, id, cancellation).ConfigureAwait(false);
            if (request.ExternalId is { } other && other != found.ExternalId)
                throw new GalleryException(GalleryError.Invalid,
                    $"person {id} has another external id than the one given; name the person by one of the two");
            return (found, false);
        }
        if (request.ExternalId is { } externalId
            && await scope.Session.FindPersonAsync(Id, externalId, cancellation).ConfigureAwait(false) is { } known) return (known, false);
        var metadata = request.Metadata ?? new Dictionary<string, string>();
        return (new Person(scope.NewId(), Id, Text(request.ExternalId), Text(request.Name), metadata, 0, 0, scope.Now, scope.Now), true);
    }

    private static GalleryException NoUsableFace(List<RejectedImage> rejected) => new(GalleryError.NoUsableFace,
        (rejected.Count == 1 ? "the face cannot be enrolled: " : $"none of the {rejected.Count} faces can be enrolled: ") +
        string.Join("; ", rejected.SelectMany(image => image.Advice).Select(advice => advice.Text).Distinct().Take(3)))
    { Rejected = rejected };

    private static string? Text(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private EmbeddingSet Probes(IReadOnlyList<FacePoint> faces) => new(
        _model.Dimension, [.. faces.SelectMany(face => face.Mu)], [.. faces.SelectMany(face => face.LogVariance)],
            [.. faces.Select((_, i) => $"probe {i}")]);
}
