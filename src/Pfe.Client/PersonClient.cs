using System.Globalization;
using System.Text.Json;

namespace Pfe.Client;

/// <summary>The people of a gallery. Every method throws <see cref="PfeServiceException"/> where the service refuses.</summary>
public sealed class PersonClient
{
    private readonly Wire _wire;
    private readonly string _gallery;

    internal PersonClient(Wire wire, Guid gallery) => (_wire, _gallery) = (wire, $"v1/galleries/{gallery}");

    /// <summary>People, oldest first.</summary>
    /// <param name="cursor">The last part's <see cref="Page{T}.Next"/>; null for the beginning.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<Page<Person>> ListAsync(string? cursor = null, CancellationToken cancellationToken = default) =>
        _wire.GetAsync($"{_gallery}/persons{Wire.Cursor(cursor)}", WireJson.Default.PagePerson, cancellationToken);

    /// <summary>A person.</summary>
    /// <param name="id">The person.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<Person> GetAsync(Guid id, CancellationToken cancellationToken = default) =>
        _wire.GetAsync($"{_gallery}/persons/{id}", WireJson.Default.Person, cancellationToken);

    /// <summary>Enrols a new person, or gives whoever has the external id more images.</summary>
    /// <param name="photos">Photographs of one person; those that are no good come back refused, with advice.</param>
    /// <param name="person">Who it is.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<EnrolResult> EnrolAsync(
        IEnumerable<Photo> photos, PersonRequest? person = null, CancellationToken cancellationToken = default)
    {
        var fields = new List<(string, string)>();
        if (person?.ExternalId is { } external) fields.Add(("externalId", external));
        if (person?.Name is { } name) fields.Add(("name", name));
        if (person?.Metadata is { Count: > 0 } metadata)
            fields.Add(("metadata", JsonSerializer.Serialize(new Dictionary<string, string>(metadata),
                WireJson.Default.DictionaryStringString)));
        return _wire.PostPhotosAsync($"{_gallery}/persons", [.. photos.Select(photo => ("images", photo))], fields,
            WireJson.Default.EnrolResult, cancellationToken);
    }

    /// <summary>Gives a person more images.</summary>
    /// <param name="id">The person.</param>
    /// <param name="photos">Photographs of that person.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<EnrolResult> AddImagesAsync(Guid id, IEnumerable<Photo> photos, CancellationToken cancellationToken = default) =>
        _wire.PostPhotosAsync($"{_gallery}/persons/{id}/images", [.. photos.Select(photo => ("images", photo))], [],
            WireJson.Default.EnrolResult, cancellationToken);

    /// <summary>The images of a person.</summary>
    /// <param name="id">The person.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<EnrolledImage>> ListImagesAsync(Guid id, CancellationToken cancellationToken = default) =>
        (await _wire.GetAsync($"{_gallery}/persons/{id}/images", WireJson.Default.ImageList, cancellationToken)
            .ConfigureAwait(false)).Items;

    /// <summary>Changes what is known of a person.</summary>
    /// <param name="id">The person.</param>
    /// <param name="change">What to change.</param>
    /// <param name="version">The version that the caller read; null changes whatever is there.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<Person> UpdateAsync(Guid id, PersonRequest change, long? version = null, CancellationToken cancellationToken = default) =>
        _wire.PatchAsync($"{_gallery}/persons/{id}", JsonSerializer.SerializeToUtf8Bytes(change, WireJson.Default.PersonRequest), version,
            WireJson.Default.Person, cancellationToken);

    /// <summary>Removes a person with all images and templates.</summary>
    /// <param name="id">The person.</param>
    /// <param name="version">The version that the caller read; null removes whatever is there.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task RemoveAsync(Guid id, long? version = null, CancellationToken cancellationToken = default) =>
        _wire.DeleteAsync($"{_gallery}/persons/{id}", version, cancellationToken);

    /// <summary>Removes one image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task RemoveImageAsync(Guid image, CancellationToken cancellationToken = default) =>
        _wire.DeleteAsync($"{_gallery}/images/{image}", null, cancellationToken);

    /// <summary>Makes two persons one.</summary>
    /// <param name="from">The person who goes.</param>
    /// <param name="into">The person who stays.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<MoveResult> MergeAsync(Guid from, Guid into, CancellationToken cancellationToken = default) =>
        _wire.PostAsync($"{_gallery}/persons/{from}:merge",
            JsonSerializer.SerializeToUtf8Bytes(new MergeRequest(into), WireJson.Default.MergeRequest), WireJson.Default.MoveResult,
            cancellationToken);

    /// <summary>Makes one person two.</summary>
    /// <param name="id">The person.</param>
    /// <param name="request">Which images go.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<MoveResult> SplitAsync(Guid id, SplitRequest request, CancellationToken cancellationToken = default) =>
        _wire.PostAsync($"{_gallery}/persons/{id}:split",
            JsonSerializer.SerializeToUtf8Bytes(request, WireJson.Default.SplitRequest), WireJson.Default.MoveResult, cancellationToken);

    /// <summary>Who is this?</summary>
    /// <param name="photo">The photograph; its main face counts.</param>
    /// <param name="persons">How many persons to list, 1 to 100.</param>
    /// <param name="minimumVersion">Answer only from this version of the gallery or a later one; 0 for any.</param>
    /// <param name="allowPartial">
    /// Whether a gallery of which a part is missing may answer, with a person or "cannot tell", never "unknown"; otherwise that is
    /// <see cref="ProblemCodes.GalleryIncomplete"/>.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<Identification> IdentifyAsync(Photo photo, int persons = 5, long minimumVersion = 0, bool allowPartial = false,
        CancellationToken cancellationToken = default) =>
        _wire.PostPhotosAsync($"{_gallery}/identify", [("image", photo)],
            [("k", persons.ToString(CultureInfo.InvariantCulture)),
                ("minimumVersion", minimumVersion.ToString(CultureInfo.InvariantCulture)),
                ("allowPartial", allowPartial ? "true" : "false")],
            WireJson.Default.Identification, cancellationToken);

    /// <summary>Is this that person?</summary>
    /// <param name="id">The person.</param>
    /// <param name="photo">The photograph; its main face counts.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<PersonVerification> VerifyAsync(Guid id, Photo photo, CancellationToken cancellationToken = default) =>
        _wire.PostPhotosAsync($"{_gallery}/persons/{id}/verify", [("image", photo)], [], WireJson.Default.PersonVerification,
            cancellationToken);
}
