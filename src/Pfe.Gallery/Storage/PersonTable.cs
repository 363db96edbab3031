using System.Data.Common;
using System.Text.Json;

namespace Pfe.Gallery.Storage;

internal static class PersonTable
{
    private static readonly Sql Columns = new("id, gallery_id, external_id, name, metadata, images, version, created, updated");

    public static Task<Person?> FindPersonAsync(this StoreSession session, Guid gallery, Guid id, CancellationToken cancellation) =>
        session.FirstAsync<Person?>(
        $"SELECT {Columns} FROM person WHERE id = {id} AND gallery_id = {gallery}", Read, cancellation);

    public static Task<Person?> FindPersonAsync(this StoreSession session, Guid gallery, string externalId,
        CancellationToken cancellation) => session.FirstAsync<Person?>(
        $"SELECT {Columns} FROM person WHERE gallery_id = {gallery} AND external_id = {externalId}", Read, cancellation);

    public static async Task<Person> GetPersonAsync(this StoreSession session, Guid gallery, Guid id, CancellationToken cancellation) =>
        await session.FindPersonAsync(gallery, id, cancellation).ConfigureAwait(false)
            ?? throw GalleryException.NotFound($"person {id} in this gallery");

    public static Task<List<Person>> ListPersonsAsync(this StoreSession session, Guid gallery, Guid after, string? text, int limit,
        CancellationToken cancellation) => text is null
        ? session.QueryAsync(
            $"SELECT {Columns} FROM person WHERE gallery_id = {gallery} AND id > {after} ORDER BY id LIMIT {limit}",
            Read, cancellation)
        : session.QueryAsync(
            $"""
            SELECT {Columns} FROM person WHERE gallery_id = {gallery} AND id > {after}
                AND (LOWER(name) LIKE {Like(text)} ESCAPE '!' OR LOWER(external_id) LIKE {Like(text)} ESCAPE '!') ORDER BY id LIMIT {limit}
            """, Read, cancellation);

    public static Task<List<Guid>> ListPersonsWithSeveralImagesAsync(this StoreSession session, Guid gallery, int limit,
        CancellationToken cancellation) =>
        session.QueryAsync($"SELECT id FROM person WHERE gallery_id = {gallery} AND images > 1 ORDER BY id LIMIT {limit}", row =>
            row.GetGuid(0), cancellation);

    /// <summary>Adds a person, inside the gallery's next version.</summary>
    public static async Task AddPersonAsync(this StoreSession session, Person person, CancellationToken cancellation)
    {
        await session.ExecuteAsync(
            $"""
            INSERT INTO person ({Columns}) VALUES ({person.Id}, {person.GalleryId}, {person.ExternalId}, {person.Name},
                {Json(person.Metadata)}, {person.Images}, {person.Version}, {person.Created}, {person.Updated})
            """, cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"UPDATE gallery SET persons = persons + 1 WHERE id = {person.GalleryId}", cancellation)
            .ConfigureAwait(false);
    }

    public static Task SavePersonAsync(this StoreSession session, Person person, CancellationToken cancellation) => session.ExecuteAsync(
        $"""
        UPDATE person SET external_id = {person.ExternalId}, name = {person.Name}, metadata = {Json(person.Metadata)},
            images = {person.Images},
            version = {person.Version}, updated = {person.Updated} WHERE id = {person.Id}
        """, cancellation);

    /// <summary>Removes a person who has no image left, inside the gallery's next version.</summary>
    public static async Task RemovePersonAsync(this StoreSession session, Guid gallery, Guid id, CancellationToken cancellation)
    {
        await session.ExecuteAsync($"UPDATE gallery SET persons = persons - 1 WHERE id = {gallery}", cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"DELETE FROM review WHERE person_id = {id} OR candidate_id = {id}", cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"DELETE FROM person WHERE id = {id}", cancellation).ConfigureAwait(false);
    }

    private static string Like(string text) =>
        $"%{string.Concat(text.ToLowerInvariant().Select(sign => sign is '!' or '%' or '_' ? $"!{sign}" : $"{sign}"))}%";

    private static string Json(IReadOnlyDictionary<string, string> metadata) =>
        JsonSerializer.Serialize(metadata, GalleryJson.Default.IReadOnlyDictionaryStringString);

    private static Person Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.TextOrNull(2), row.TextOrNull(3),
            JsonSerializer.Deserialize(row.GetString(4), GalleryJson.Default.IReadOnlyDictionaryStringString)!,
        (int)row.GetInt64(5), row.GetInt64(6), row.Time(7), row.Time(8));
}
