using Microsoft.Data.Sqlite;

namespace Pfe.Gallery.Storage;

/// <summary>SQLite's result codes as answers; https://www.sqlite.org/rescode.html.</summary>
internal static class SqliteErrors
{
    private const int Busy = 5, Locked = 6, OutOfMemory = 7, ReadOnly = 8, InputOutput = 10, Corrupt = 11, Full = 13, CannotOpen = 14,
        Constraint = 19, NotADatabase = 26;

    public static GalleryException Translate(SqliteException e, string file) => e.SqliteErrorCode switch
    {
        Full => new(GalleryError.DiskFull, $"the disk of '{file}' is full; nothing was written. Free some space and repeat the request", e),
        ReadOnly or CannotOpen =>
            new(GalleryError.ReadOnly,
            $"'{file}' cannot be written: {Reason(e)}. Check the folder's permissions and whether the disk is mounted read-only", e),
        Busy or Locked => new(GalleryError.Unavailable, $"'{file}' is held by another process; nothing was written, try again", e),
        Corrupt or NotADatabase =>
            new(GalleryError.Damaged, $"'{file}' is damaged: {Reason(e)}. Restore it from a backup (docs/gallery.md)", e),
        Constraint => new(GalleryError.Duplicate, $"the record exists already, or another one refers to it: {Reason(e)}", e),
        InputOutput or OutOfMemory =>
            new(GalleryError.Unavailable, $"'{file}' cannot be used now: {Reason(e)}; whether the request was written is not known", e),
        _ => new(GalleryError.Unavailable, $"'{file}': {Reason(e)}", e),
    };

    private static string Reason(SqliteException e) => e.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
}
