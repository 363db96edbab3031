using System.Data.Common;
using System.Text.Json;
using Pfe.Vision.Faces;

namespace Pfe.Gallery.Storage;

/// <summary>Images with their templates and photographs: three tables, one life.</summary>
internal static class ImageTable
{
    private static readonly Sql Columns =
        new("image.id, image.person_id, reference, sha256, quality, uncertainty, measures, photo.image_id, image.created");

    private static readonly Sql Tables = new("""
        image JOIN gallery ON gallery.id = image.gallery_id LEFT JOIN photo ON photo.image_id = image.id
            LEFT JOIN template ON template.image_id = image.id AND template.generation = gallery.generation
        """);

    private static readonly Sql TemplateColumns = new("image_id, person_id, generation, quality, uncertainty, mu, log_variance");

    public static Task AddImageAsync(this StoreSession session, Guid gallery, EnrolledImage image, CancellationToken cancellation) =>
        session.ExecuteAsync(
        $"""
        INSERT INTO image (id, gallery_id, person_id, reference, sha256, measures, created)
        VALUES ({image.Id}, {gallery}, {image.PersonId}, {image.Reference}, {image.Sha256}, {Json(image.Measures)}, {image.Created})
        """, cancellation);

    public static Task AddPhotoAsync(this StoreSession session, Guid image, byte[] bytes, CancellationToken cancellation) =>
        session.ExecuteAsync($"INSERT INTO photo (image_id, bytes) VALUES ({image}, {bytes})", cancellation);

    public static Task<byte[]?> FindPhotoAsync(this StoreSession session, Guid gallery, Guid image, CancellationToken cancellation) =>
        session.FirstAsync(
        $"SELECT bytes FROM photo JOIN image ON image.id = photo.image_id WHERE photo.image_id = {image} AND gallery_id = {gallery}",
            row => row.Bytes(0), cancellation);

    public static Task<List<EnrolledImage>> ListImagesAsync(this StoreSession session, Guid gallery, Guid person,
        CancellationToken cancellation) => session.QueryAsync(
        $"SELECT {Columns} FROM {Tables} WHERE image.gallery_id = {gallery} AND image.person_id = {person} ORDER BY image.id",
        Read, cancellation);

    public static async Task<EnrolledImage> GetImageAsync(this StoreSession session, Guid gallery, Guid id,
        CancellationToken cancellation) => await session.FirstAsync<EnrolledImage?>(
        $"SELECT {Columns} FROM {Tables} WHERE image.gallery_id = {gallery} AND image.id = {id}",
        Read, cancellation).ConfigureAwait(false) ?? throw GalleryException.NotFound($"image {id} in this gallery");

    public static Task<long> HasReferenceAsync(this StoreSession session, Guid gallery, string reference, CancellationToken cancellation) =>
        session.NumberAsync($"SELECT COUNT(*) FROM image WHERE gallery_id = {gallery} AND reference = {reference}", cancellation);

    /// <summary>A person's templates of one generation, in the order of their images.</summary>
    public static Task<List<Template>> ListTemplatesAsync(this StoreSession session, Guid gallery, int generation, Guid person,
        CancellationToken cancellation) => session.QueryAsync(
        $"""
        SELECT {TemplateColumns} FROM template WHERE gallery_id = {gallery} AND generation = {generation} AND person_id = {person}
            ORDER BY image_id
        """,
        ReadTemplate, cancellation);

    /// <summary>All templates of one generation, person by person.</summary>
    /// <param name="session">The session.</param>
    /// <param name="gallery">The gallery.</param>
    /// <param name="generation">The generation.</param>
    /// <param name="condition">A further condition that begins with AND; empty for all.</param>
    /// <param name="cancellation">Stops reading.</param>
    public static IAsyncEnumerable<Template> StreamTemplatesAsync(this StoreSession session, Guid gallery, int generation, Sql condition,
        CancellationToken cancellation) => session.StreamAsync(
        $"""
        SELECT {TemplateColumns} FROM template WHERE gallery_id = {gallery} AND generation = {generation} {condition}
            ORDER BY person_id, image_id
        """,
        ReadTemplate, cancellation);

    /// <summary>Images without a template of a generation, with whom they show.</summary>
    public static Task<List<(ImageToEmbed Image, Guid Person)>> ListImagesToEmbedAsync(
        this StoreSession session, Guid gallery, int generation, Guid after, int limit, CancellationToken cancellation) =>
            session.QueryAsync(
        $"""
        SELECT image.id, reference, bytes, person_id FROM image LEFT JOIN photo ON photo.image_id = image.id WHERE gallery_id = {gallery}
            AND image.id > {after}
            AND NOT EXISTS (SELECT 1 FROM template WHERE template.image_id = image.id AND generation = {generation})
                ORDER BY image.id LIMIT {limit}
        """,
        row => (new ImageToEmbed(row.GetGuid(0), row.TextOrNull(1), row.IsDBNull(2) ? null : row.Bytes(2)), row.GetGuid(3)), cancellation);

    public static Task<long> CountMissingTemplatesAsync(this StoreSession session, Guid gallery, int generation,
        CancellationToken cancellation) => session.NumberAsync(
        $"""
        SELECT COUNT(*) FROM image WHERE gallery_id = {gallery}
            AND NOT EXISTS (SELECT 1 FROM template WHERE template.image_id = image.id AND generation = {generation})
        """, cancellation);

    public static Task<Guid?> FindOwnerAsync(this StoreSession session, Guid gallery, Guid image, CancellationToken cancellation) =>
        session.FirstAsync<Guid?>($"SELECT person_id FROM image WHERE id = {image} AND gallery_id = {gallery}", row =>
            row.GetGuid(0), cancellation);

    public static async Task RemoveImageAsync(this StoreSession session, Guid id, CancellationToken cancellation)
    {
        await session.ExecuteAsync($"DELETE FROM template WHERE image_id = {id}", cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"DELETE FROM photo WHERE image_id = {id}", cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"DELETE FROM review WHERE image_id = {id}", cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"DELETE FROM image WHERE id = {id}", cancellation).ConfigureAwait(false);
    }

    public static async Task MoveImageAsync(this StoreSession session, Guid id, Guid toPerson, CancellationToken cancellation)
    {
        await session.ExecuteAsync($"UPDATE template SET person_id = {toPerson} WHERE image_id = {id}", cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"UPDATE review SET person_id = {toPerson} WHERE image_id = {id}", cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"UPDATE image SET person_id = {toPerson} WHERE id = {id}", cancellation).ConfigureAwait(false);
    }

    private static string? Json(FaceMeasures? measures) => measures is null ? null
        : JsonSerializer.Serialize(measures, GalleryJson.Default.FaceMeasures);

    private static EnrolledImage Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.TextOrNull(2), row.TextOrNull(3), row.IsDBNull(4) ? 0 : row.GetDouble(4), row.IsDBNull(5) ? 0
            : row.GetDouble(5),
        row.TextOrNull(6) is { } json ? JsonSerializer.Deserialize(json, GalleryJson.Default.FaceMeasures) : null, !row.IsDBNull(7),
            row.Time(8));

    private static Template ReadTemplate(DbDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), (int)row.GetInt64(2), row.GetDouble(3), row.GetDouble(4), row.Vector(5), row.Vector(6));
}
