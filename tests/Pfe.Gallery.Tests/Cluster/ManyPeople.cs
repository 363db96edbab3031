using Npgsql;
using Pfe.Gallery.Tests.Support;

namespace Pfe.Gallery.Tests.Cluster;

/// <summary>Fills a gallery with simulated people, one image each, faster than enrolling them one by one would.</summary>
internal static class ManyPeople
{
    public static async Task FillAsync(string connectionString, Guid gallery, int people)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var ids = Enumerable.Range(0, people).Select(_ => (Person: Guid.CreateVersion7(), Image: Guid.CreateVersion7())).ToArray();
        await using (var writer = await connection.BeginBinaryImportAsync(
            "COPY person (id, gallery_id, external_id, metadata, images, version, created, updated) FROM STDIN (FORMAT BINARY)"))
        {
            for (var i = 0; i < people; i++)
                await writer.WriteRowAsync(CancellationToken.None, ids[i].Person, gallery, $"id-{i}", "{}", 1L, 1L, 0L, 0L);
            await writer.CompleteAsync();
        }
        await using (var writer = await connection.BeginBinaryImportAsync(
            "COPY image (id, gallery_id, person_id, created) FROM STDIN (FORMAT BINARY)"))
        {
            foreach (var (person, image) in ids) await writer.WriteRowAsync(CancellationToken.None, image, gallery, person, 0L);
            await writer.CompleteAsync();
        }
        await using (var writer = await connection.BeginBinaryImportAsync(
            "COPY template (image_id, generation, gallery_id, person_id, quality, uncertainty, mu, log_variance) " +
            "FROM STDIN (FORMAT BINARY)"))
        {
            // Drawing the faces costs more than storing them.
            foreach (var part in Enumerable.Range(0, people).Chunk(4096))
                foreach (var (i, face) in part.AsParallel().AsOrdered().Select(i => (i, TestFaces.Image(i, 0))).ToArray())
                    await writer.WriteRowAsync(CancellationToken.None, ids[i].Image, 1L, gallery, ids[i].Person, 50.0,
                        (double)TestFaces.Good, Bytes(face.Mu), Bytes(face.LogVariance));
            await writer.CompleteAsync();
        }
        // Nobody is to follow them one by one.
        await using var command = new NpgsqlCommand(
            "UPDATE gallery SET version = version + 1, change_floor = version + 1, counted = version + 1, persons = $2 WHERE id = $1",
            connection)
        { Parameters = { new() { Value = gallery }, new() { Value = (long)people } } };
        await command.ExecuteNonQueryAsync();
        await using var analyse = new NpgsqlCommand("ANALYZE", connection);
        await analyse.ExecuteNonQueryAsync();
    }

    private static byte[] Bytes(ReadOnlySpan<float> values) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).ToArray();
}
