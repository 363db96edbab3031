using Pfe.Gallery.Decisions;
using Pfe.Gallery.Enrolment;
using Pfe.Gallery.Storage;

namespace Pfe.Gallery;

/// <summary>What a check of a gallery looked at and found.</summary>
/// <param name="Persons">Persons read.</param>
/// <param name="Images">Images read.</param>
/// <param name="Problems">One line a problem; none when all is well.</param>
internal sealed record GalleryCheck(int Persons, int Images, IReadOnlyList<string> Problems);

public sealed partial class FaceGallery
{
    /// <summary>
    /// Reads everything: the database's own check, the audit chain, every template, every count, and whether a search finds each of a
    /// sample of persons by their own anchors.
    /// </summary>
    /// <param name="progress">Persons read so far.</param>
    /// <param name="cancellation">Stops the work.</param>
    internal async Task<GalleryCheck> CheckAsync(IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var problems = new List<string>(await Store.InspectAsync(cancellation).ConfigureAwait(false));
        problems.AddRange(await _catalog.Audit.CheckAsync(Id, cancellation).ConfigureAwait(false));
        var sample = new List<(Guid Person, FacePoint Anchor)>();
        var (persons, images, version) = await Store.ReadAsync(async session =>
        {
            var info = await session.GetGalleryAsync(Id, cancellation).ConfigureAwait(false);
            GalleryCatalog.RefuseModel(info, _model);
            var (persons, images, after) = (0, 0, Guid.Empty);
            for (var more = true; more;)
            {
                var page = await session.ListPersonsAsync(Id, after, null, PersonsAtOnce, cancellation).ConfigureAwait(false);
                foreach (var person in page)
                {
                    images += await CheckAsync(session, info, person, problems, sample, cancellation).ConfigureAwait(false);
                    persons++;
                    progress?.Report(persons);
                    after = person.Id;
                }
                more = page.Count == PersonsAtOnce;
            }
            var counted = await session.CountPersonsAsync(Id, cancellation).ConfigureAwait(false);
            if (counted != persons) problems.Add($"gallery {Id}: {counted} persons are counted and {persons} are there");
            return (persons, images, info.Version);
        }, cancellation).ConfigureAwait(false);
        var index = await FollowAsync(version, cancellation).ConfigureAwait(false);
        // A change since then may have moved somebody of the sample.
        if (index.Version == version && sample.Count > 0)
        {
            var (found, _) = Index.Search(index, Probes([.. sample.Select(person => person.Anchor)]), 1, _catalog.Options.Threads,
                cancellation);
            for (var i = 0; i < sample.Count; i++)
                if (found[i].Length == 0 || found[i][0].PersonId != sample[i].Person)
                    problems.Add($"index: a search for person {sample[i].Person} by the person's own template finds somebody else; " +
                        "two persons may hold one photograph");
        }
        return new(persons, images, problems);
    }

    private async Task<int> CheckAsync(
        StoreSession session, GalleryInfo info, Person person, List<string> problems, List<(Guid, FacePoint)> sample,
            CancellationToken cancellation)
    {
        var images = await session.ListImagesAsync(Id, person.Id, cancellation).ConfigureAwait(false);
        var templates = await session.ListTemplatesAsync(Id, info.Generation, person.Id, cancellation).ConfigureAwait(false);
        if (images.Count != person.Images) problems.Add(
            $"person {person.Id}: {person.Images} images are counted and {images.Count} are there");
        foreach (var image in images.Select(image => image.Id).Except(templates.Select(template => template.ImageId))) problems.Add(
            $"image {image}: it has no template of the gallery's model");
        foreach (var template in templates)
        {
            if (TemplateRules.Problem(template.Mu, template.LogVariance, info.Dimension) is { } problem)
                problems.Add($"image {template.ImageId}: {problem}");
        }
        if (templates.Count > 0 && sample.Count < PersonsAtOnce && problems.Count == 0)
            sample.Add((person.Id,
                AnchorPlan.Of([.. templates.Select(template => new FacePoint(template.Mu, template.LogVariance))], Calibration,
                info.Policy.MaximumAnchors)[0].Face));
        return images.Count;
    }
}
