namespace Pfe.Vision.Models;

/// <summary>One process at a time works on a folder. The operating system lets go of the lock if the process dies.</summary>
internal static class FolderLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task<IDisposable> TakeAsync(string folder, CancellationToken cancellationToken)
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
                    await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelUnavailableException(Path.GetFileName(folder),
                $"cannot write to the model folder '{Path.GetDirectoryName(path)}': {e.Message}; " +
                $"name another with the environment variable {ModelStore.FolderVariable}", e);
        }
    }
}
