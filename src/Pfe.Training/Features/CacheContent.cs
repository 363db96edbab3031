using System.Security.Cryptography;
using System.Text;
using Pfe.Storage;

namespace Pfe.Training.Features;

/// <summary>What a feature cache is of: the settings, and one line for each image. The lines lie beside it, so that a later cache of the
/// same settings finds the images that it shares.</summary>
/// <param name="Settings">All that the features of every image depend on.</param>
/// <param name="Images">One line an image, in order: its name and whatever else its features depend on.</param>
internal sealed record CacheContent(string Settings, IReadOnlyList<string> Images)
{
    private const string FileName = "images.txt";

    /// <summary>The name of the cache's folder: a hash of all of it.</summary>
    public string Hash => HashOf($"{Settings}\n{string.Join('\n', Images)}\n")[..32];

    /// <summary>Leaves the lines in the cache's folder.</summary>
    public void Write(string folder)
    {
        try { AtomicFile.WriteText(Path.Combine(folder, FileName), $"{Head(Images)}\n{string.Join('\n', Images)}\n"); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PfeException($"cannot write the feature cache '{folder}': {e.Message}. cache_dir names another place", e);
        }
    }

    /// <summary>The lines of a cache of the same settings; null where a folder holds none, or they are damaged.</summary>
    public string[]? Read(string folder)
    {
        try
        {
            var path = Path.Combine(folder, FileName);
            if (!File.Exists(path)) return null;
            string[] lines = [.. InputFile.Lines(path).Select(line => line.Text)];
            return lines is [var head, .. var images] && head == Head(images) ? images : null;
        }
        // Another cache's fault is no reason not to compute this one.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PfeException) { return null; }
    }

    private string Head(IEnumerable<string> images) => $"{HashOf(Settings)} {HashOf(string.Join('\n', images))}";

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
