using Microsoft.Data.Sqlite;
using Pfe.Gallery;
using Pfe.Gallery.PostgreSql;
using Pfe.Gallery.Storage;
using Pfe.Server.Settings;

namespace Pfe.Server.Galleries;

/// <summary>The store that the options name.</summary>
internal static class StoreOpening
{
    /// <summary>Opens it; the data folder is made where it is missing.</summary>
    /// <exception cref="GalleryException">It cannot be opened.</exception>
    public static async Task<GalleryStore> OpenAsync(ServerOptions options, CancellationToken cancellation) =>
        options.PostgreSql is { } connection
            ? await PostgreSqlGalleryStore.OpenAsync(connection, options.DataFolder, cancellation)
            : await SqliteGalleryStore.OpenAsync(options.DataFolder, cancellation);
}

/// <summary>A copy of the embedded store, taken while the service runs: SQLite writes one state of it.</summary>
internal static class StoreBackup
{
    /// <summary>Writes the copy.</summary>
    /// <param name="options">Which store.</param>
    /// <param name="file">The file to make; it must not exist.</param>
    /// <param name="cancellation">Stops before the copy begins.</param>
    /// <exception cref="ServerUsageException">The store is no embedded one, or the file exists.</exception>
    public static async Task WriteAsync(ServerOptions options, string file, CancellationToken cancellation)
    {
        if (options.PostgreSql is not null)
            throw new ServerUsageException("the store is a PostgreSQL server's: back it up with pg_dump");
        if (File.Exists(file)) throw new ServerUsageException($"'{file}' exists; name a file that does not");
        await using var store = await SqliteGalleryStore.OpenAsync(options.DataFolder, cancellation);
        var path = Path.GetFullPath(file);
        var aside = $"{path}.part";
        try
        {
            await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = store.Place, Mode = SqliteOpenMode.ReadWrite, Pooling = false,
            }.ToString());
            await connection.OpenAsync(cancellation);
            await using var command = connection.CreateCommand();
            command.CommandText = "VACUUM INTO $file";
            command.Parameters.AddWithValue("$file", aside);
            await command.ExecuteNonQueryAsync(cancellation);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(aside, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.Move(aside, path);
        }
        catch (SqliteException e)
        {
            throw new GalleryException(GalleryError.Unavailable, $"the copy '{file}' cannot be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(aside);
        }
    }
}
