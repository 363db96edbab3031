using Pfe.Gallery.Storage;

namespace Pfe.Gallery;

/// <summary>What a merge, split or move left behind.</summary>
/// <param name="Person">The person who has the images now.</param>
/// <param name="Other">The person who had them; null where that person is gone.</param>
/// <param name="MovedImages">How many images moved.</param>
/// <param name="GalleryVersion">The gallery's version that shows it.</param>
public sealed record MergeResult(Person Person, Person? Other, int MovedImages, long GalleryVersion);

public sealed partial class FaceGallery
{
    /// <summary>A person.</summary>
    /// <param name="id">The person.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="GalleryException">There is none.</exception>
    public Task<Person> GetPersonAsync(Guid id, CancellationToken cancellation = default) =>
        Store.ReadAsync(session => session.GetPersonAsync(Id, id, cancellation), cancellation);

    /// <summary>The person with the caller's own id, or null.</summary>
    /// <param name="externalId">The caller's own id.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<Person?> FindPersonAsync(string externalId, CancellationToken cancellation = default) =>
        Store.ReadAsync(session => session.FindPersonAsync(Id, externalId, cancellation), cancellation);

    /// <summary>Persons, oldest first.</summary>
    /// <param name="text">Only those whose name or external id contains this; null for all.</param>
    /// <param name="cursor">The last part's <see cref="Page{T}.Next"/>; null for the beginning.</param>
    /// <param name="limit">How many, 1 to 1,000.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<Page<Person>> ListPersonsAsync(string? text = null, string? cursor = null, int limit = 100,
        CancellationToken cancellation = default)
    {
        var (after, count) = (Cursor.Id(cursor), Cursor.Limit(limit));
        var found = await Store.ReadAsync(session => session.ListPersonsAsync(Id, after, Text(text), count + 1, cancellation),
            cancellation).ConfigureAwait(false);
        return Cursor.Page(found, count, person => Cursor.Of(person.Id));
    }

    /// <summary>Adds a person without images, for a caller who enrols later.</summary>
    /// <param name="externalId">The caller's own id, unique in the gallery; null for none.</param>
    /// <param name="name">The name to show; null for none.</param>
    /// <param name="metadata">The caller's own data.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    /// <exception cref="GalleryException">The external id is taken.</exception>
    public Task<Person> AddPersonAsync(
        string? externalId, string? name, IReadOnlyDictionary<string, string>? metadata = null, WriteContext? context = null,
            CancellationToken cancellation = default) =>
        ChangeAsync("person.add", context, GalleryJson.Default.Person, async (scope, _, _) =>
        {
            await RefuseExternalIdAsync(scope, externalId, cancellation).ConfigureAwait(false);
            var person = new Person(scope.NewId(), Id, Text(externalId), Text(name), metadata ?? new Dictionary<string, string>(), 0, 1,
                scope.Now, scope.Now);
            await scope.Session.AddPersonAsync(person, cancellation).ConfigureAwait(false);
            scope.Subject = person.Id;
            return person;
        }, cancellation);

    /// <summary>Changes what is known of a person.</summary>
    /// <param name="id">The person.</param>
    /// <param name="change">What to change.</param>
    /// <param name="expectedVersion">The version that the caller read; null changes whatever is there.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    /// <exception cref="GalleryException">There is no such person, it was changed meanwhile, or the external id is taken.</exception>
    public Task<Person> UpdatePersonAsync(Guid id, PersonChange change, long? expectedVersion = null, WriteContext? context = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return ChangeAsync("person.update", context, GalleryJson.Default.Person, async (scope, _, _) =>
        {
            var person = await scope.Session.GetPersonAsync(Id, id, cancellation).ConfigureAwait(false);
            CheckVersion(expectedVersion, person.Version, "person");
            if (change.ExternalId != person.ExternalId)
                await RefuseExternalIdAsync(scope, change.ExternalId, cancellation).ConfigureAwait(false);
            person = Touched(person, scope.Now) with
            {
                ExternalId = change.ExternalId is null ? person.ExternalId : Text(change.ExternalId),
                Name = change.Name is null ? person.Name : Text(change.Name),
                Metadata = change.Metadata ?? person.Metadata,
            };
            await scope.Session.SavePersonAsync(person, cancellation).ConfigureAwait(false);
            scope.Subject = id;
            return person;
        }, cancellation);
    }

    /// <summary>The images of a person, oldest first.</summary>
    /// <param name="personId">The person.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="GalleryException">There is no such person.</exception>
    public async Task<IReadOnlyList<EnrolledImage>> ListImagesAsync(Guid personId, CancellationToken cancellation = default) =>
        await Store.ReadAsync(async session =>
    {
        await session.GetPersonAsync(Id, personId, cancellation).ConfigureAwait(false);
        return await session.ListImagesAsync(Id, personId, cancellation).ConfigureAwait(false);
    }, cancellation).ConfigureAwait(false);

    /// <summary>The stored photograph of an image, or null where none is stored.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<byte[]?> GetPhotoAsync(Guid imageId, CancellationToken cancellation = default) =>
        Store.ReadAsync(session => session.FindPhotoAsync(Id, imageId, cancellation), cancellation);

    /// <summary>Removes a person with all images, templates, photographs and reviews.</summary>
    /// <param name="id">The person.</param>
    /// <param name="expectedVersion">The version that the caller read; null removes whatever is there.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    /// <exception cref="GalleryException">There is no such person, or it was changed meanwhile.</exception>
    public async Task<RemoveResult> RemovePersonAsync(Guid id, long? expectedVersion = null, WriteContext? context = null,
        CancellationToken cancellation = default)
    {
        var result = await ChangeAsync("person.remove", context, GalleryJson.Default.RemoveResult, async (scope, info, changed) =>
        {
            var person = await scope.Session.GetPersonAsync(Id, id, cancellation).ConfigureAwait(false);
            CheckVersion(expectedVersion, person.Version, "person");
            var images = await scope.Session.ListImagesAsync(Id, id, cancellation).ConfigureAwait(false);
            foreach (var image in images) await scope.Session.RemoveImageAsync(image.Id, cancellation).ConfigureAwait(false);
            await scope.Session.RemovePersonAsync(Id, id, cancellation).ConfigureAwait(false);
            changed.Persons.Add(id);
            changed.IsRemoval = true;
            (scope.Subject, scope.Outcome) = (id, $"{images.Count} images");
            return new RemoveResult(1, images.Count, info.Version);
        }, cancellation).ConfigureAwait(false);
        SomethingWasRemoved();
        return result;
    }

    /// <summary>Removes one image; its person stays, if need be without images.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    /// <exception cref="GalleryException">There is no such image.</exception>
    public async Task<RemoveResult> RemoveImageAsync(Guid imageId, WriteContext? context = null, CancellationToken cancellation = default)
    {
        var result = await ChangeAsync("image.remove", context, GalleryJson.Default.RemoveResult, async (scope, info, changed) =>
        {
            var image = await scope.Session.GetImageAsync(Id, imageId, cancellation).ConfigureAwait(false);
            var person = await scope.Session.GetPersonAsync(Id, image.PersonId, cancellation).ConfigureAwait(false);
            await scope.Session.RemoveImageAsync(imageId, cancellation).ConfigureAwait(false);
            await scope.Session.SavePersonAsync(Touched(person, scope.Now, -1), cancellation).ConfigureAwait(false);
            changed.Persons.Add(person.Id);
            changed.IsRemoval = true;
            (scope.Subject, scope.Outcome) = (imageId, $"of person {person.Id}");
            return new RemoveResult(0, 1, info.Version);
        }, cancellation).ConfigureAwait(false);
        SomethingWasRemoved();
        return result;
    }

    /// <summary>Makes two persons one: the images of one go to the other, who keeps id and name; the emptied person is gone.</summary>
    /// <param name="fromId">The person who goes.</param>
    /// <param name="intoId">The person who stays.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    /// <exception cref="GalleryException">One of them does not exist, or both are the same.</exception>
    public Task<MergeResult> MergeAsync(Guid fromId, Guid intoId, WriteContext? context = null, CancellationToken cancellation = default)
    {
        if (fromId == intoId) throw new GalleryException(GalleryError.Invalid, "a person cannot be merged into itself; name two persons");
        return ChangeAsync("person.merge", context, GalleryJson.Default.MergeResult, async (scope, info, changed) =>
        {
            var from = await scope.Session.GetPersonAsync(Id, fromId, cancellation).ConfigureAwait(false);
            var into = await scope.Session.GetPersonAsync(Id, intoId, cancellation).ConfigureAwait(false);
            var images = await scope.Session.ListImagesAsync(Id, fromId, cancellation).ConfigureAwait(false);
            foreach (var image in images) await scope.Session.MoveImageAsync(image.Id, intoId, cancellation).ConfigureAwait(false);
            await scope.Session.MergeReviewsAsync(fromId, intoId, context?.KeyId, scope.Now, cancellation).ConfigureAwait(false);
            await scope.Session.RemovePersonAsync(Id, fromId, cancellation).ConfigureAwait(false);
            into = Touched(into, scope.Now, images.Count) with
            {
                ExternalId = into.ExternalId ?? from.ExternalId,
                Name = into.Name
                ?? from.Name
            };
            await scope.Session.SavePersonAsync(into, cancellation).ConfigureAwait(false);
            changed.Persons.UnionWith([fromId, intoId]);
            (scope.Subject, scope.Outcome) = (intoId, $"{images.Count} images from person {fromId}");
            return new MergeResult(into, null, images.Count, info.Version);
        }, cancellation);
    }

    /// <summary>Makes one person two: some images go to a new person.</summary>
    /// <param name="personId">The person.</param>
    /// <param name="imageIds">The images that go, at least one and not all.</param>
    /// <param name="externalId">The new person's external id; null for none.</param>
    /// <param name="name">The new person's name; null for none.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    /// <exception cref="GalleryException">An image is not of that person, or no image would go or stay.</exception>
    public Task<MergeResult> SplitAsync(
        Guid personId, IReadOnlyCollection<Guid> imageIds, string? externalId = null, string? name = null, WriteContext? context = null,
            CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(imageIds);
        return ChangeAsync("person.split", context, GalleryJson.Default.MergeResult, async (scope, info, changed) =>
        {
            var person = await scope.Session.GetPersonAsync(Id, personId, cancellation).ConfigureAwait(false);
            var all = await scope.Session.ListImagesAsync(Id, personId, cancellation).ConfigureAwait(false);
            var images = all.Select(image => image.Id).ToHashSet();
            var going = imageIds.ToHashSet();
            if (going.Except(images).FirstOrDefault() is var stray && stray != Guid.Empty) throw new GalleryException(GalleryError.Invalid,
                $"image {stray} is not one of person {personId}");
            if (going.Count == 0 || going.Count == images.Count) throw new GalleryException(GalleryError.Invalid,
                "a split leaves at least one image with each of the two persons");
            await RefuseExternalIdAsync(scope, externalId, cancellation).ConfigureAwait(false);
            var other = new Person(scope.NewId(), Id, Text(externalId), Text(name), new Dictionary<string, string>(), going.Count, 1,
                scope.Now, scope.Now);
            await scope.Session.AddPersonAsync(other, cancellation).ConfigureAwait(false);
            foreach (var image in going) await scope.Session.MoveImageAsync(image, other.Id, cancellation).ConfigureAwait(false);
            person = Touched(person, scope.Now, -going.Count);
            await scope.Session.SavePersonAsync(person, cancellation).ConfigureAwait(false);
            changed.Persons.UnionWith([personId, other.Id]);
            (scope.Subject, scope.Outcome) = (other.Id, $"{going.Count} images from person {personId}");
            return new MergeResult(other, person, going.Count, info.Version);
        }, cancellation);
    }

    /// <summary>Gives an image to another enrolled person.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="toPersonId">Whom it shows.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Stops before anything is written.</param>
    /// <exception cref="GalleryException">There is no such image or person.</exception>
    public Task<MergeResult> MoveImageAsync(Guid imageId, Guid toPersonId, WriteContext? context = null, CancellationToken cancellation =
        default) =>
        ChangeAsync("image.move", context, GalleryJson.Default.MergeResult, async (scope, info, changed) =>
        {
            var image = await scope.Session.GetImageAsync(Id, imageId, cancellation).ConfigureAwait(false);
            var to = await scope.Session.GetPersonAsync(Id, toPersonId, cancellation).ConfigureAwait(false);
            scope.Subject = imageId;
            if (image.PersonId == toPersonId) return new MergeResult(to, to, 0, info.Version);
            var from = Touched(await scope.Session.GetPersonAsync(Id, image.PersonId, cancellation).ConfigureAwait(false), scope.Now, -1);
            to = Touched(to, scope.Now, 1);
            await scope.Session.MoveImageAsync(imageId, toPersonId, cancellation).ConfigureAwait(false);
            await scope.Session.SavePersonAsync(from, cancellation).ConfigureAwait(false);
            await scope.Session.SavePersonAsync(to, cancellation).ConfigureAwait(false);
            changed.Persons.UnionWith([from.Id, to.Id]);
            scope.Outcome = $"from person {from.Id} to person {to.Id}";
            return new MergeResult(to, from, 1, info.Version);
        }, cancellation);

    private async Task RefuseExternalIdAsync(WriteScope scope, string? externalId, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(externalId)) return;
        if (await scope.Session.FindPersonAsync(Id, externalId, cancellation).ConfigureAwait(false) is not null)
            throw new GalleryException(GalleryError.Duplicate, "another person of this gallery has that external id");
    }
}
