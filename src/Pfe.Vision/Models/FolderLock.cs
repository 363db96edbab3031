namespace Pfe.Vision.Models;

/// <summary>One process at a time works on a folder. The operating system lets go of the lock if the process dies.</summary>
internal static class FolderLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static IDisposable Take(string folder, CancellationToken cancellation)
    {
        var path = folder + ".lock";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            while (true)
            {
                try
                {
                    // The lock file stays: deleting it would let a waiting process lock a file that no longer has a name.
                    return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                }
                catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException) && File.Exists(path))
                {
                    if (cancellation.WaitHandle.WaitOne(Pause)) cancellation.ThrowIfCancellationRequested();
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PfeException($"cannot write to the model folder '{Path.GetDirectoryName(path)}': {e.Message}; name another with " +
                $"--models or {ModelStore.FolderVariable}", e);
        }
    }
}
