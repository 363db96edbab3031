namespace Pfe.Gallery.Search;

/// <summary>What the disk of the index files says, as answers. The store is whole in all of these cases.</summary>
internal static class IndexFileErrors
{
    // ENOSPC, EROFS; ERROR_DISK_FULL on Windows.
    private const int NoSpace = 28, ReadOnlyFileSystem = 30, WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether it is the disk that failed, said as it is or by the index.</summary>
    public static bool Is(Exception e) => Cause(e) is IOException or UnauthorizedAccessException;

    /// <summary>The answer to it.</summary>
    public static GalleryException Translate(Exception e, string folder) => Cause(e) switch
    {
        IOException { HResult: NoSpace or WindowsDiskFull } => new(GalleryError.DiskFull,
            $"the disk of the index files '{folder}' is full: the people are stored, but the index cannot be written. Free some space", e),
        UnauthorizedAccessException or IOException { HResult: ReadOnlyFileSystem } => new(GalleryError.ReadOnly,
            $"the index files '{folder}' cannot be written: {e.Message} Check the folder's permissions and whether its disk is read-only",
            e),
        _ => new(GalleryError.Unavailable, $"the index files '{folder}' cannot be written: {e.Message}", e),
    };

    private static Exception Cause(Exception e) => e is PfeException and not GalleryException && e.InnerException is { } inner ? inner : e;
}
