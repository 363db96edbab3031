using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Pfe.Gallery.Storage;

/// <summary>
/// The embedded store: one SQLite file in a folder, beside the index files. A change is on the disk before it is acknowledged (write-ahead
/// log, <c>synchronous=FULL</c>), and what is deleted is overwritten (<c>secure_delete</c>). Several processes may use the folder; changes
/// wait for one another.
/// </summary>
public sealed class SqliteGalleryStore : GalleryStore
{
    private const string FileName = "gallery.db";
    private const int BusySeconds = 30;

    private readonly string _file;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private SqliteConnection? _writer;

    private SqliteGalleryStore(string folder) : base(folder) => _file = Path.Combine(folder, FileName);

    /// <inheritdoc/>
    public override string Place => _file;

    /// <summary>Opens the store of a folder, or makes it.</summary>
    /// <param name="folder">The folder; made if it is missing, readable by its owner alone.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="GalleryException">The folder cannot be written, the file is damaged or of a newer version.</exception>
    public static async Task<SqliteGalleryStore> OpenAsync(string folder, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var store = new SqliteGalleryStore(Path.GetFullPath(folder));
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(store.CacheFolder);
            else Directory.CreateDirectory(store.CacheFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await store.WriteAsync(async session =>
            {
                await MigrateAsync(session, Types, store.Place, cancellation).ConfigureAwait(false);
                return true;
            }, cancellation).ConfigureAwait(false);
            return store;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GalleryException(GalleryError.ReadOnly, $"cannot make the folder '{folder}': {e.Message}", e);
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        while (_readers.TryTake(out var reader)) await reader.DisposeAsync().ConfigureAwait(false);
        if (_writer is not null) await _writer.DisposeAsync().ConfigureAwait(false);
        _writer = null;
        _turn.Release();
    }

    internal override async Task<T> WriteAsync<T>(Func<StoreSession, Task<T>> work, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var connection = _writer ??= Connect();
            var transaction = connection.BeginTransaction(deferred: false);
            await using var ended = transaction.ConfigureAwait(false);
            var result = await work(new StoreSession(connection, transaction)).ConfigureAwait(false);
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            return result;
        }
        catch (SqliteException e)
        {
            // A connection that met an error of the disk may hold pages that are not there; the next change opens another.
            if (_writer is not null) await _writer.DisposeAsync().ConfigureAwait(false);
            _writer = null;
            throw SqliteErrors.Translate(e, _file);
        }
        finally
        {
            _turn.Release();
        }
    }

    internal override async Task<T> ReadAsync<T>(Func<StoreSession, Task<T>> work, CancellationToken cancellation)
    {
        SqliteConnection? connection = null;
        try
        {
            if (!_readers.TryTake(out connection)) connection = Connect();
            T result;
            var transaction = connection.BeginTransaction(deferred: true);
            await using (transaction.ConfigureAwait(false))
                result = await work(new StoreSession(connection, transaction)).ConfigureAwait(false);
            _readers.Add(connection);
            connection = null;
            return result;
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, _file);
        }
        finally
        {
            if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    internal override async Task<bool> PurgeAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var connection = _writer ??= Connect();
            var command = connection.CreateCommand();
            await using var closed = command.ConfigureAwait(false);
            // Idle readers hold no page; one in the middle of a query makes the log stay, and the answer's first column is then 1.
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            return Convert.ToInt64(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false)) == 0;
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, _file);
        }
        finally
        {
            _turn.Release();
        }
    }

    internal override async Task<IReadOnlyList<string>> InspectAsync(CancellationToken cancellation)
    {
        var lines = await ReadAsync(session => session.QueryAsync($"PRAGMA integrity_check", row => row.GetString(0), cancellation),
            cancellation).ConfigureAwait(false);
        return lines is ["ok"] ? [] : lines;
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _file, Pooling = false, DefaultTimeout = BusySeconds, ForeignKeys = true,
        }.ToString());
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            // The size of a page counts only before the first table. At 4,096 bytes a template just misses two to a page and the file
            // doubles.
            command.CommandText = "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // SQLite's names decide how a value is kept, so they are its own.
    private static string Types(string script) => script
        .Replace("uuid", "TEXT", StringComparison.Ordinal).Replace("bytea", "BLOB", StringComparison.Ordinal)
        .Replace("bigint", "INTEGER", StringComparison.Ordinal).Replace("double precision", "REAL", StringComparison.Ordinal);
}
