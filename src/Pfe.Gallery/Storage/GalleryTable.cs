using System.Data.Common;
using System.Text.Json;

namespace Pfe.Gallery.Storage;

/// <summary>A model as a gallery remembers it.</summary>
internal sealed record BoundModel(string Id, string Name, int Dimension);

internal static class GalleryTable
{
    private static readonly Sql Columns = new("id, name, model_id, model_name, dimension, generation, version, policy, created, updated");

    public static Task<GalleryInfo?> FindGalleryAsync(this StoreSession session, Guid id, CancellationToken cancellation) =>
        session.FirstAsync<GalleryInfo?>(
        $"SELECT {Columns} FROM gallery WHERE id = {id}", Read, cancellation);

    public static Task<GalleryInfo?> FindGalleryAsync(this StoreSession session, string name, CancellationToken cancellation) =>
        session.FirstAsync<GalleryInfo?>(
        $"SELECT {Columns} FROM gallery WHERE name = {name}", Read, cancellation);

    public static async Task<GalleryInfo> GetGalleryAsync(this StoreSession session, Guid id, CancellationToken cancellation) =>
        await session.FindGalleryAsync(id, cancellation).ConfigureAwait(false) ?? throw GalleryException.NotFound($"gallery {id}");

    public static Task<List<GalleryInfo>> ListGalleriesAsync(this StoreSession session, Guid after, int limit,
        CancellationToken cancellation) => session.QueryAsync(
        $"SELECT {Columns} FROM gallery WHERE id > {after} ORDER BY id LIMIT {limit}", Read, cancellation);

    /// <summary>
    /// Takes the gallery's next version. The row stays locked until the transaction ends, so versions are taken in the order in which they
    /// become visible: nobody who follows the changes can pass one that commits later.
    /// </summary>
    public static async Task<GalleryInfo> NextVersionAsync(this StoreSession session, Guid id, CancellationToken cancellation)
    {
        var next = await session.FirstAsync<GalleryInfo?>(
            $"""
            UPDATE gallery SET version = version + 1, counted = CASE WHEN counted = version THEN version + 1 ELSE counted END
                WHERE id = {id} RETURNING {Columns}
            """, Read, cancellation).ConfigureAwait(false) ?? throw GalleryException.NotFound($"gallery {id}");
        await session.ExecuteAsync(
            $"""
            UPDATE gallery SET counted = version, persons = (SELECT COUNT(*) FROM person WHERE gallery_id = {id})
                WHERE id = {id} AND counted <> version
            """, cancellation).ConfigureAwait(false);
        return next;
    }

    /// <summary>How many persons there are: as kept, or counted where somebody wrote who did not keep it.</summary>
    public static Task<long> CountPersonsAsync(this StoreSession session, Guid id, CancellationToken cancellation) => session.NumberAsync(
        $"""
        SELECT CASE WHEN counted = version THEN persons ELSE (SELECT COUNT(*) FROM person WHERE gallery_id = {id}) END
            FROM gallery WHERE id = {id}
        """, cancellation);

    public static async Task AddGalleryAsync(this StoreSession session, GalleryInfo gallery, CancellationToken cancellation)
    {
        await session.ExecuteAsync(
            $"""
            INSERT INTO gallery (id, name, model_id, model_name, dimension, generation, version, change_floor, counted, policy, created,
                updated)
            VALUES ({gallery.Id}, {gallery.Name}, {gallery.ModelId}, {gallery.ModelName}, {gallery.Dimension}, {gallery.Generation},
                {gallery.Version}, {gallery.Version}, {gallery.Version}, {Json(gallery.Policy)}, {gallery.Created}, {gallery.Updated})
            """, cancellation).ConfigureAwait(false);
        await session.AddModelAsync(gallery.Id, gallery.Generation, new BoundModel(gallery.ModelId, gallery.ModelName, gallery.Dimension),
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Notes which model a generation is of; does nothing where it is noted already.</summary>
    public static Task AddModelAsync(this StoreSession session, Guid gallery, int generation, BoundModel model,
        CancellationToken cancellation) => session.ExecuteAsync(
        $"""
        INSERT INTO gallery_model (gallery_id, generation, model_id, model_name, dimension) VALUES ({gallery}, {generation}, {model.Id},
            {model.Name}, {model.Dimension})
        ON CONFLICT DO NOTHING
        """, cancellation);

    /// <summary>The models a gallery has had or is about to have, by generation.</summary>
    public static Task<List<(int Generation, BoundModel Model)>> ListModelsAsync(this StoreSession session, Guid gallery,
        CancellationToken cancellation) => session.QueryAsync(
        $"SELECT generation, model_id, model_name, dimension FROM gallery_model WHERE gallery_id = {gallery} ORDER BY generation",
        row => ((int)row.GetInt64(0), new BoundModel(row.GetString(1), row.GetString(2), (int)row.GetInt64(3))), cancellation);

    public static Task SaveGalleryAsync(this StoreSession session, GalleryInfo gallery, CancellationToken cancellation) =>
        session.ExecuteAsync(
        $"""
        UPDATE gallery SET name = {gallery.Name}, model_id = {gallery.ModelId}, model_name = {gallery.ModelName},
            dimension = {gallery.Dimension},
            generation = {gallery.Generation}, policy = {Json(gallery.Policy)}, updated = {gallery.Updated} WHERE id = {gallery.Id}
        """, cancellation);

    public static async Task RemoveGalleryAsync(this StoreSession session, Guid id, CancellationToken cancellation)
    {
        await session.ExecuteAsync($"DELETE FROM template WHERE gallery_id = {id}", cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"DELETE FROM photo WHERE image_id IN (SELECT id FROM image WHERE gallery_id = {id})", cancellation)
            .ConfigureAwait(false);
        await session.ExecuteAsync($"DELETE FROM image WHERE gallery_id = {id}", cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"DELETE FROM review WHERE gallery_id = {id}", cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"DELETE FROM person WHERE gallery_id = {id}", cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"DELETE FROM change WHERE gallery_id = {id}", cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"DELETE FROM gallery_model WHERE gallery_id = {id}", cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"DELETE FROM gallery WHERE id = {id}", cancellation).ConfigureAwait(false);
    }

    private static string Json(GalleryPolicy policy) => JsonSerializer.Serialize(policy, GalleryJson.Default.GalleryPolicy);

    private static GalleryInfo Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), (int)row.GetInt64(4), (int)row.GetInt64(5), row.GetInt64(6),
        JsonSerializer.Deserialize(row.GetString(7), GalleryJson.Default.GalleryPolicy)!, row.Time(8), row.Time(9));
}
