using System.Globalization;

namespace Pfe.Vision;

/// <summary>Size and time of a file, links followed: a photograph that was changed since is another one, whatever its name.</summary>
internal static class FileStamp
{
    /// <summary>One word; the same for a file that was not touched.</summary>
    public static string Of(string path)
    {
        if (!File.Exists(path)) return "missing";
        var file = new FileInfo(path);
        if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target;
        return string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}");
    }
}
