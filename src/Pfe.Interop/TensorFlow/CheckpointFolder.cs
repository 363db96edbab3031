using System.Text.RegularExpressions;
using Pfe.Storage;

namespace Pfe.Interop.TensorFlow;

/// <summary>Finds the checkpoint that a user means by a folder or a file.</summary>
internal static partial class CheckpointFolder
{
    public static string PrefixOf(string path)
    {
        if (!Directory.Exists(path))
        {
            var prefix = Ending().Replace(path, "");
            return File.Exists(prefix + ".index") ? prefix
                : throw new PfeException($"'{path}' is no TensorFlow checkpoint: there is no '{prefix}.index'");
        }
        var found = Directory.GetFiles(path, "*.index").Select(file => Path.ChangeExtension(file, null)).Order(StringComparer.Ordinal)
            .ToList();
        // The file "checkpoint" names the latest one. It is often copied without that one, so it counts only where it is right.
        if (Latest(path) is { } latest && found.Contains(latest)) return latest;
        return found switch
        {
            [var only] => only,
            [] => throw new PfeException($"'{path}' holds no TensorFlow checkpoint: a file ending in .index is wanted"),
            _ => throw new PfeException($"'{path}' holds several checkpoints ({string.Join(", ", found.Select(Path.GetFileName))}): name " +
                "one of them"),
        };
    }

    private static string? Latest(string folder)
    {
        var file = Path.Combine(folder, "checkpoint");
        if (!File.Exists(file)) return null;
        try
        {
            var match = ModelPath().Match(InputFile.Text(file, 1 << 20));
            return match.Success ? Path.Combine(folder, Path.GetFileName(match.Groups["path"].Value.Replace('\\', '/'))) : null;
        }
        catch (Exception e) when (e is PfeException or RegexMatchTimeoutException) { return null; }
    }

    [GeneratedRegex(@"\.(index|meta|data-\d{5}-of-\d{5})$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ending();

    [GeneratedRegex(@"^model_checkpoint_path:\s*""(?<path>[^""]+)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ModelPath();
}
