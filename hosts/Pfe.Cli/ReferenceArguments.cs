namespace Pfe.Cli;

/// <summary>
/// A command line of the reference's README with <c>pfe</c> in <c>python</c>'s place, or with the program's name changed, as Pfe's own: the
/// same
/// arguments in the same order. Nothing else is touched.
/// </summary>
internal static class ReferenceArguments
{
    // What the reference's programs take where nothing is said.
    private const string LfwImages = "data/lfw_mtcnncaffe_aligned";
    private const string LfwPairs = "./proto/lfw_pairs.txt";
    private const string IjbaImages = "data/ijba_mtcnncaffe_aligned";
    private const string IjbaProtocol = "proto/IJB-A";
    private static readonly string[] AlignSize = ["112", "112"];
    private static readonly string[] WithoutValue = ["--transpose-input", "--visualize", "--aligned", "--strict", "--json"];

    /// <summary>Rewrites a command line; one in Pfe's own form comes back as it is.</summary>
    /// <param name="args">The words behind <c>pfe</c>.</param>
    /// <param name="isLandmarkList">Whether a file is a landmark list.</param>
    public static string[] Rewrite(string[] args, Func<string, bool> isLandmarkList)
    {
        if (args.Length == 0) return args;
        string[] words = [.. args.Select(Spelled)];
        return (Script(words[0]), words) switch
        {
            ("align_dataset.py", _) => Align(words[1..]),
            ("crop_ijba.py", _) => Crop(words[1..]),
            ("train.py", _) => ["train", .. words[1..]],
            ("eval_lfw.py", _) => Lfw(words[1..]),
            ("eval_ijb.py" or "eval_ijba.py", _) => Ijb(words[1..], null),
            (_, ["align", var list, ..]) when !list.StartsWith('-') && !words.Contains("--landmarks") && isLandmarkList(list) =>
                Align(words[1..]),
            (_, ["crop-ijba", .. var rest]) when Split(rest).Positional.Count == 3 => Crop(rest),
            (_, ["eval", "lfw", .. var rest]) when Speaks(rest) => Lfw(rest),
            (_, ["eval", "ijba" or "ijbc" or "ijb", .. var rest]) when Speaks(rest) => Ijb(rest, words[1] == "ijbc" ? "ijbc" : null),
            _ => words,
        };
    }

    private static bool Speaks(string[] rest) => rest.Any(word => word is "--model-dir" or "--dataset-path" or "--protocol-path");

    private static string Script(string word) => word.EndsWith(".py", StringComparison.Ordinal) ? word[(word.LastIndexOf('/') + 1)..] : "";

    /// <summary>Python spells its options with underscores.</summary>
    private static string Spelled(string word)
    {
        if (!word.StartsWith("--", StringComparison.Ordinal)) return word;
        var end = word.IndexOf('=', StringComparison.Ordinal) is var at and >= 0 ? at : word.Length;
        return word[..end].Replace('_', '-') + word[end..];
    }

    private static string[] Align(string[] rest)
    {
        var (positional, options) = Split(rest);
        var list = positional.FirstOrDefault() ?? "";
        List<string> own = ["align", Value(options, "--prefix") ?? ".", "--landmarks", list];
        if (positional is [_, var output, ..]) own.AddRange(["--output", output]);
        foreach (var (name, values) in options.Where(option => option.Name != "--visualize")) own.AddRange([name, .. values]);
        if (!options.Any(option => option.Name is "--prefix")) own.AddRange(["--prefix", "."]);
        // The reference opens a window for each face: here they are one sheet.
        if (options.Any(option => option.Name == "--visualize")) own.AddRange(["--visualize",
            Value(options, "--visualize") ?? $"{positional.ElementAtOrDefault(1) ?? "aligned"}.png"]);
        if (!options.Any(option => option.Name is "--image-size" or "--template")) own.AddRange(["--image-size", .. AlignSize]);
        return [.. own];
    }

    private static string[] Crop(string[] rest)
    {
        var (positional, options) = Split(rest);
        string[] output = positional.Count > 2 ? ["--output", positional[2]] : [];
        return ["crop-ijba", .. positional.Take(2), .. output, .. options.SelectMany(option => (string[])[option.Name, .. option.Values])];
    }

    private static string[] Lfw(string[] rest)
    {
        var (_, options) = Split(rest);
        return ["eval", "lfw", "--pairs", Value(options, "--protocol-path") ?? LfwPairs, .. Faces(options, LfwImages)];
    }

    private static string[] Ijb(string[] rest, string? named)
    {
        var (_, options) = Split(rest);
        var protocol = named ?? (Value(options, "--protocol") is "ijbc" ? "ijbc" : "ijba");
        return ["eval", protocol, "--protocol", Value(options, "--protocol-path") ?? IjbaProtocol, .. Faces(options, IjbaImages)];
    }

    /// <summary>The reference evaluates aligned images with a model's folder, and Pfe has no batches to size.</summary>
    private static string[] Faces(List<(string Name, string[] Values)> options, string images)
    {
        string[] model = Value(options, "--model-dir") is { } folder ? ["--model", folder] : [];
        return ["--images", Value(options, "--dataset-path") ?? images, "--aligned", .. model,
            .. options.Where(option =>
                option.Name is not ("--model-dir" or "--dataset-path" or "--protocol-path" or "--protocol" or "--batch-size"))
                .SelectMany(option => (string[])[option.Name, .. option.Values])];
    }

    private static string? Value(List<(string Name, string[] Values)> options, string name) =>
        options.FirstOrDefault(option => option.Name == name).Values is [var value, ..] ? value : null;

    private static (List<string> Positional, List<(string Name, string[] Values)> Options) Split(string[] words)
    {
        var (positional, options) = (new List<string>(), new List<(string, string[])>());
        for (var i = 0; i < words.Length; i++)
        {
            if (!words[i].StartsWith('-')) positional.Add(words[i]);
            else if (words[i].IndexOf('=', StringComparison.Ordinal) is var at and > 0) options.Add((words[i][..at],
                [words[i][(at + 1)..]]));
            else
            {
                var count = WithoutValue.Contains(words[i]) ? 0 : words[i] == "--image-size" ? 2 : 1;
                string[] values = [.. words.Skip(i + 1).Take(count).TakeWhile(word => !word.StartsWith("--", StringComparison.Ordinal))];
                options.Add((words[i], values));
                i += values.Length;
            }
        }
        return (positional, options);
    }
}
