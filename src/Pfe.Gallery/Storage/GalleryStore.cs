namespace Pfe.Gallery.Storage;

/// <summary>
/// The truth: everything a gallery knows lies in one database, and every change is one transaction. <see cref="SqliteGalleryStore"/> serves
/// one process; a shared store serves several.
/// </summary>
public abstract class GalleryStore : IAsyncDisposable
{
    private protected GalleryStore(string cacheFolder) => CacheFolder = cacheFolder;

    /// <summary>Where index files lie: caches that are made again when they are missing.</summary>
    public string CacheFolder { get; }

    /// <summary>What a person should read of the store's place, without secrets.</summary>
    public abstract string Place { get; }

    /// <summary>Closes every connection.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Does something in one transaction that may change rows; all of it is stored when this returns, or nothing.</summary>
    internal abstract Task<T> WriteAsync<T>(Func<StoreSession, Task<T>> work, CancellationToken cancellation);

    /// <summary>Reads in one transaction that sees one state of the store.</summary>
    internal abstract Task<T> ReadAsync<T>(Func<StoreSession, Task<T>> work, CancellationToken cancellation);

    /// <summary>Called inside the transaction of a change, for stores that wake other processes.</summary>
    internal virtual Task AnnounceAsync(StoreSession session, Guid galleryId, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Adds rows of templates as fast as the store can; inside the change's transaction.</summary>
    internal virtual async Task AddTemplatesAsync(StoreSession session, Guid galleryId, IReadOnlyList<Template> templates,
        CancellationToken cancellation)
    {
        foreach (var template in templates)
            await session.ExecuteAsync(
                $"""
                INSERT INTO template (image_id, generation, gallery_id, person_id, quality, uncertainty, mu, log_variance)
                    VALUES ({template.ImageId}, {template.Generation},
                    {galleryId}, {template.PersonId}, {template.Quality}, {template.Uncertainty}, {template.Mu.ToBytes()},
                        {template.LogVariance.ToBytes()})
                """,
                cancellation).ConfigureAwait(false);
    }

    /// <summary>All templates of one generation in one part of a gallery, person by person.</summary>
    internal virtual IAsyncEnumerable<Template> StreamTemplatesAsync(
        StoreSession session, Guid galleryId, int generation, ShardFilter part, CancellationToken cancellation) =>
        session.StreamTemplatesAsync(galleryId, generation, new Sql(""), cancellation).Where(template => part.Holds(template.PersonId));

    /// <summary>Makes deletion real where the database would keep deleted bytes.</summary>
    /// <returns>Whether nothing is left; false where a reader holds old pages and it must be tried again.</returns>
    internal abstract Task<bool> PurgeAsync(CancellationToken cancellation);

    /// <summary>The database's own opinion of its state: one line a problem, none when it is sound.</summary>
    internal abstract Task<IReadOnlyList<string>> InspectAsync(CancellationToken cancellation);

    /// <summary>Waits until some gallery may have changed in another process, or for as long as <paramref name="atMost"/>.</summary>
    internal virtual Task WaitForChangeAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellation) =>
        Task.Delay(atMost, time, cancellation);

    /// <summary>
    /// Runs one script after the other up to <see cref="Schema.Newest"/>; called inside a transaction that excludes other processes.
    /// </summary>
    private protected static async Task MigrateAsync(StoreSession session, Func<string, string> translate, string place,
        CancellationToken cancellation)
    {
        await session.ExecuteAsync($"CREATE TABLE IF NOT EXISTS schema_version (n integer NOT NULL)", cancellation).ConfigureAwait(false);
        var version = await session.NumberAsync($"SELECT MAX(n) FROM schema_version", cancellation).ConfigureAwait(false);
        if (version > Schema.Newest)
            throw new GalleryException(GalleryError.Invalid,
                $"the store '{place}' has version {version} and this program knows versions up to {Schema.Newest}; use the newer program");
        for (var next = (int)version + 1; next <= Schema.Newest; next++)
        {
            await session.ScriptAsync(translate(Schema.Scripts[next - 1]), cancellation).ConfigureAwait(false);
            await session.ExecuteAsync($"INSERT INTO schema_version (n) VALUES ({next})", cancellation).ConfigureAwait(false);
        }
    }
}
