using System.Data.Common;
using System.Globalization;
using Npgsql;
using Pfe.Gallery.Storage;

namespace Pfe.Gallery.PostgreSql;

/// <summary>
/// The shared store: one PostgreSQL database (14 or later) that several processes work with. Each keeps its own index files and follows the
/// others' changes; a notification wakes it, the change log decides what it reads.
/// </summary>
public sealed class PostgreSqlGalleryStore : GalleryStore
{
    private const string Channel = "pfe_gallery";

    // "pfe" in ASCII: no other program's lock, in all likelihood.
    private const long MigrationLock = 0x706665;
    private const int Attempts = 3;

    private readonly NpgsqlDataSource _source;
    private readonly string _place;

    private PostgreSqlGalleryStore(NpgsqlDataSource source, string place, string cacheFolder) : base(cacheFolder) =>
        (_source, _place) = (source, place);

    /// <inheritdoc/>
    public override string Place => _place;

    /// <summary>Opens a database and brings its tables to this version.</summary>
    /// <param name="connection">A connection string of Npgsql: <c>Host=...;Database=...;Username=...</c>.</param>
    /// <param name="cacheFolder">Where this process keeps index files; made if it is missing.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="GalleryException">The database cannot be reached, or is of a newer version.</exception>
    public static async Task<PostgreSqlGalleryStore> OpenAsync(string connection, string cacheFolder, CancellationToken cancellation =
        default)
    {
        ArgumentException.ThrowIfNullOrEmpty(cacheFolder);
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new(connection) { MaxAutoPrepare = 100, AutoPrepareMinUsages = 2, ApplicationName = "pfe" };
        }
        catch (ArgumentException e)
        {
            throw new GalleryException(GalleryError.Invalid,
                $"that is no connection string of PostgreSQL ('Host=...;Database=...;Username=...'): {e.Message}", e);
        }
        var place = string.Create(CultureInfo.InvariantCulture, $"{settings.Host}:{settings.Port}/{settings.Database}");
        var store = new PostgreSqlGalleryStore(NpgsqlDataSource.Create(settings), place, Path.GetFullPath(cacheFolder));
        try
        {
            await store.WriteAsync(async session =>
            {
                await session.ExecuteAsync($"SELECT pg_advisory_xact_lock({MigrationLock})", cancellation).ConfigureAwait(false);
                await MigrateAsync(session, WithStorage, place, cancellation).ConfigureAwait(false);
                return true;
            }, cancellation).ConfigureAwait(false);
            return store;
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _source.DisposeAsync();

    internal override Task<T> WriteAsync<T>(Func<StoreSession, Task<T>> work, CancellationToken cancellation) =>
        RunAsync(System.Data.IsolationLevel.ReadCommitted, work, cancellation);

    internal override Task<T> ReadAsync<T>(Func<StoreSession, Task<T>> work, CancellationToken cancellation) =>
        RunAsync(System.Data.IsolationLevel.RepeatableRead, work, cancellation);

    internal override Task AnnounceAsync(StoreSession session, Guid galleryId, CancellationToken cancellation) =>
        session.ExecuteAsync($"SELECT pg_notify({Channel}, {galleryId.ToString("N")})", cancellation);

    internal override async Task AddTemplatesAsync(StoreSession session, Guid galleryId, IReadOnlyList<Template> templates,
        CancellationToken cancellation)
    {
        var writer = await ((NpgsqlConnection)session.Connection).BeginBinaryImportAsync(
            """
            COPY template (image_id, generation, gallery_id, person_id, quality, uncertainty, mu, log_variance) FROM STDIN (FORMAT BINARY)
            """, cancellation).ConfigureAwait(false);
        await using var closed = writer.ConfigureAwait(false);
        foreach (var template in templates)
        {
            await writer.StartRowAsync(cancellation).ConfigureAwait(false);
            await writer.WriteAsync(template.ImageId, cancellation).ConfigureAwait(false);
            await writer.WriteAsync((long)template.Generation, cancellation).ConfigureAwait(false);
            await writer.WriteAsync(galleryId, cancellation).ConfigureAwait(false);
            await writer.WriteAsync(template.PersonId, cancellation).ConfigureAwait(false);
            await writer.WriteAsync(template.Quality, cancellation).ConfigureAwait(false);
            await writer.WriteAsync(template.Uncertainty, cancellation).ConfigureAwait(false);
            await writer.WriteAsync(template.Mu.ToBytes(), cancellation).ConfigureAwait(false);
            await writer.WriteAsync(template.LogVariance.ToBytes(), cancellation).ConfigureAwait(false);
        }
        await writer.CompleteAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>The database picks the part: a template that is not wanted is not read, as its vectors lie outside the row.</summary>
    internal override IAsyncEnumerable<Template> StreamTemplatesAsync(
        StoreSession session, Guid galleryId, int generation, ShardFilter part, CancellationToken cancellation) =>
        session.StreamTemplatesAsync(galleryId, generation, new Sql(part.Shards == 1 ? "" : string.Create(CultureInfo.InvariantCulture,
            $"AND (get_byte(uuid_send(person_id), 14) * 256 + get_byte(uuid_send(person_id), 15)) % {part.Shards} = {part.Shard}")),
            cancellation);

    /// <summary>
    /// Frees the rows that nobody can see any more. The server decides when their bytes are overwritten; docs/gallery.md says how to force
    /// it.
    /// </summary>
    internal override async Task<bool> PurgeAsync(CancellationToken cancellation)
    {
        try
        {
            var command = _source.CreateCommand("VACUUM template, photo, image, person, review, change");
            await using var closed = command.ConfigureAwait(false);
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            return true;
        }
        catch (NpgsqlException e)
        {
            throw PostgreSqlErrors.Translate(e, _place);
        }
    }

    internal override Task<IReadOnlyList<string>> InspectAsync(CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<string>>(async session =>
    {
        // What SQLite's own check does by reading all pages: every row of every table must be readable.
        foreach (var table in (string[])["gallery", "person", "image", "photo", "template", "change", "review", "audit", "job"])
            await session.ScriptAsync($"SELECT count(*) FROM {table} t WHERE t IS NULL", cancellation).ConfigureAwait(false);
        return [];
    }, cancellation);

    internal override async Task WaitForChangeAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await using var closed = connection.ConfigureAwait(false);
            var command = new NpgsqlCommand($"LISTEN {Channel}", connection);
            await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            await connection.WaitAsync(atMost, cancellation).ConfigureAwait(false);
        }
        catch (NpgsqlException)
        {
            // The poll is the truth; a lost connection only means that it comes a little later.
            await Task.Delay(atMost, time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<T> RunAsync<T>(System.Data.IsolationLevel isolation, Func<StoreSession, Task<T>> work,
        CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
                await using var closed = connection.ConfigureAwait(false);
                var transaction = await connection.BeginTransactionAsync(isolation, cancellation).ConfigureAwait(false);
                await using var ended = transaction.ConfigureAwait(false);
                var result = await work(new StoreSession(connection, transaction)).ConfigureAwait(false);
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                return result;
            }
            // The server undid the transaction because of another one; nothing was written.
            catch (PostgresException e) when (attempt < Attempts
                && e.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected)
            { }
            catch (DbException e)
            {
                throw PostgreSqlErrors.Translate(e, _place);
            }
        }
    }

    // Templates do not compress; without this the server tries, for every row.
    private static string WithStorage(string script) => script.Contains("CREATE TABLE template", StringComparison.Ordinal)
        ? script + """
            ALTER TABLE template ALTER COLUMN mu SET STORAGE EXTERNAL, ALTER COLUMN log_variance SET STORAGE EXTERNAL;
            ALTER TABLE photo ALTER COLUMN bytes SET STORAGE EXTERNAL;
            """
        : script;
}
