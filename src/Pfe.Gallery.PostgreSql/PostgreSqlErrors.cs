using System.Data.Common;
using Npgsql;

namespace Pfe.Gallery.PostgreSql;

/// <summary>PostgreSQL's states as answers; appendix A of its manual.</summary>
internal static class PostgreSqlErrors
{
    public static GalleryException Translate(DbException e, string place) => e switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } =>
            new(GalleryError.DiskFull, $"the disk of the database {place} is full; nothing was written", e),
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } =>
            new(GalleryError.ReadOnly, $"the database {place} may only be read (a standby?); nothing was written", e),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } p =>
            new(GalleryError.ReadOnly, $"the database {place} refuses this user: {p.MessageText}", e),
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation } p =>
            new(GalleryError.Duplicate, $"the record exists already, or another one refers to it: {p.MessageText}", e),
        PostgresException { SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted } p =>
            new(GalleryError.Damaged, $"the database {place} is damaged: {p.MessageText}. Restore it from a backup", e),
        PostgresException p => new(GalleryError.Unavailable, $"the database {place} could not do it: {p.MessageText} ({p.SqlState})", e),
        _ => new(GalleryError.Unavailable,
            $"the database {place} does not answer; whether the request was written is not known: {e.Message.ReplaceLineEndings(" ")}", e),
    };
}
