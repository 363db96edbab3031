using System.Runtime.InteropServices;
using Pfe.Calibration;
using Pfe.Gallery.Exports;
using Pfe.Gallery.Storage;

namespace Pfe.Gallery;

/// <summary>What an import added.</summary>
/// <param name="Persons">Persons read.</param>
/// <param name="AddedPersons">Persons who were not there.</param>
/// <param name="AddedImages">Images that were not there.</param>
/// <param name="GalleryVersion">The gallery's version that shows them.</param>
internal sealed record ImportResult(int Persons, int AddedPersons, int AddedImages, long GalleryVersion);

public sealed partial class FaceGallery
{
    private const int PersonsAtOnce = 64;

    /// <summary>
    /// Writes everybody as lines of JSON, a header and then one line a person with embeddings and, where stored, photographs: for another
    /// store, another program, or a backup that outlives this one. All lines show one state of the gallery. <b>It holds biometric data.</b>
    /// </summary>
    /// <param name="output">Where the lines go.</param>
    /// <param name="progress">Persons written so far.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>How many persons were written.</returns>
    internal Task<int> ExportAsync(Stream output, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        return Store.ReadAsync(async session =>
        {
            var info = await session.GetGalleryAsync(Id, cancellation).ConfigureAwait(false);
            var writer = new ExportWriter(output);
            await writer.BeginAsync(info, cancellation).ConfigureAwait(false);
            var after = Guid.Empty;
            for (var more = true; more;)
            {
                var persons = await session.ListPersonsAsync(Id, after, null, PersonsAtOnce, cancellation).ConfigureAwait(false);
                foreach (var person in persons)
                {
                    var exported = await ExportAsync(session, info, person, cancellation).ConfigureAwait(false);
                    var count = await writer.AddAsync(exported, cancellation).ConfigureAwait(false);
                    progress?.Report(count);
                    after = person.Id;
                }
                more = persons.Count == PersonsAtOnce;
            }
            return await writer.EndAsync(cancellation).ConfigureAwait(false);
        }, cancellation);
    }

    /// <summary>
    /// Adds everybody of an export. Ids stay, so an import that was cut off is simply repeated: whoever and whatever is there already is
    /// passed over.
    /// </summary>
    /// <param name="input">What <see cref="ExportAsync(Stream, IProgress{int}?, CancellationToken)"/> wrote.</param>
    /// <param name="newIds">Whether persons and images get new ids: a copy beside the original in one store. Repeated, it adds everybody
    /// again.</param>
    /// <param name="progress">Persons read so far.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Stops the work between two batches of persons; those added stay.</param>
    /// <exception cref="GalleryException">Not an export, of another model, or damaged; names the line. What came before that line is
    /// added.</exception>
    internal async Task<ImportResult> ImportAsync(
        Stream input, bool newIds = false, IProgress<int>? progress = null, WriteContext? context = null, CancellationToken cancellation =
            default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var total = new ImportResult(0, 0, 0, 0);
        var batch = new List<ExportedPerson>();
        await foreach (var person in new ExportReader(_model).ReadAsync(input, cancellation).ConfigureAwait(false))
        {
            batch.Add(newIds ? person with
            {
                Id = Guid.CreateVersion7(),
                Images =
                [.. person.Images.Select(image => image with { Id = Guid.CreateVersion7() })]
            } : person);
            if (batch.Count < PersonsAtOnce) continue;
            total = await AddAsync(batch, total, progress, context, cancellation).ConfigureAwait(false);
            batch.Clear();
        }
        return batch.Count > 0 ? await AddAsync(batch, total, progress, context, cancellation).ConfigureAwait(false) : total;
    }

    private async Task<ExportedPerson> ExportAsync(StoreSession session, GalleryInfo info, Person person, CancellationToken cancellation)
    {
        var templates = (await session.ListTemplatesAsync(Id, info.Generation, person.Id, cancellation).ConfigureAwait(false))
            .ToDictionary(template => template.ImageId);
        var images = new List<ExportedImage>();
        foreach (var image in await session.ListImagesAsync(Id, person.Id, cancellation).ConfigureAwait(false))
        {
            var template = templates[image.Id];
            var photo = image.HasPhoto ? await session.FindPhotoAsync(Id, image.Id, cancellation).ConfigureAwait(false) : null;
            images.Add(new(image.Id, image.Created, template.Quality, template.Mu.ToBytes(), template.LogVariance.ToBytes(),
                image.Reference, image.Sha256, image.Measures, photo));
        }
        return new(person.Id, person.ExternalId, person.Name, person.Metadata, person.Created, images);
    }

    private async Task<ImportResult> AddAsync(List<ExportedPerson> batch, ImportResult before, IProgress<int>? progress,
        WriteContext? context, CancellationToken cancellation)
    {
        var who = (context ?? WriteContext.None) with { IdempotencyKey = null };
        var after = await ChangeAsync("person.import", who, GalleryJson.Default.ImportResult, async (scope, info, changed) =>
        {
            var (persons, images) = (0, 0);
            foreach (var person in batch)
            {
                var known = await scope.Session.FindPersonAsync(Id, person.Id, cancellation).ConfigureAwait(false);
                var there = known is null ? [] : (await scope.Session.ListImagesAsync(Id, known.Id, cancellation).ConfigureAwait(false))
                    .Select(image => image.Id).ToHashSet();
                var added = person.Images.Where(image => !there.Contains(image.Id)).ToList();
                if (known is null)
                {
                    await RefuseExternalIdAsync(scope, person.ExternalId, cancellation).ConfigureAwait(false);
                    known = new Person(person.Id, Id, person.ExternalId, person.Name, person.Metadata, 0, 0, person.Created, scope.Now);
                    await scope.Session.AddPersonAsync(known, cancellation).ConfigureAwait(false);
                    persons++;
                }
                else if (added.Count == 0) continue;
                await scope.Session.SavePersonAsync(Touched(known, scope.Now, added.Count), cancellation).ConfigureAwait(false);
                foreach (var image in added) await AddAsync(scope, info, person.Id, image, cancellation).ConfigureAwait(false);
                await Store.AddTemplatesAsync(scope.Session, Id, [.. added.Select(image => TemplateOf(image, person.Id, info.Generation))],
                    cancellation).ConfigureAwait(false);
                changed.Persons.Add(person.Id);
                images += added.Count;
            }
            scope.Outcome = $"{persons} persons, {images} images";
            return new ImportResult(before.Persons + batch.Count, before.AddedPersons + persons, before.AddedImages + images, info.Version);
        }, cancellation).ConfigureAwait(false);
        progress?.Report(after.Persons);
        return after;
    }

    private async Task AddAsync(WriteScope scope, GalleryInfo info, Guid person, ExportedImage image, CancellationToken cancellation)
    {
        var record = new EnrolledImage(image.Id, person, image.Reference, image.Sha256, 0, 0, image.Measures, image.Photo is not null,
            image.Created);
        await scope.Session.AddImageAsync(Id, record, cancellation).ConfigureAwait(false);
        if (image.Photo is { } photo && info.Policy.KeepPhotos)
            await scope.Session.AddPhotoAsync(image.Id, photo, cancellation).ConfigureAwait(false);
    }

    private Template TemplateOf(ExportedImage image, Guid person, int generation)
    {
        var logVariance = MemoryMarshal.Cast<byte, float>(image.LogVariance).ToArray();
        var uncertainty = FaceUncertainty.Of(logVariance);
        return new(image.Id, person, generation, Calibration.Quality.Of(uncertainty), uncertainty, MemoryMarshal.Cast<byte,
            float>(image.Mu).ToArray(), logVariance);
    }
}
