using Pfe.Storage;
using Pfe.Vision.Faces;

namespace Pfe.Training.Data;

/// <summary>Image files grouped by person: from a folder of class folders, or from a list file.</summary>
internal sealed class LabelledImages
{
    private LabelledImages(string root, IEnumerable<(string Class, string Path)> images)
    {
        Root = root;
        var classes = images.GroupBy(image => image.Class, image => image.Path).OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToArray();
        Classes = classes.Select(group => group.Key).ToArray();
        Paths = classes.SelectMany(group => group.Order(StringComparer.Ordinal)).ToArray();
        Labels = classes.SelectMany((group, label) => group.Select(_ => label)).ToArray();
    }

    /// <summary>The folder, or the list's folder.</summary>
    public string Root { get; }

    /// <summary>Class names, in ordinal order.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Full image paths, class by class.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>An image's path from <see cref="Root"/>, the same on every system.</summary>
    internal string Name(int image) => System.IO.Path.GetRelativePath(Root, Paths[image]).Replace('\\', '/');

    /// <summary>The class of each image: an index into <see cref="Classes"/>.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>
    /// Reads a folder of class folders, or a <c>.txt</c> list with <c>path label</c> or <c>path</c> on each line (without labels the
    /// image's folder is its class). <c>~</c> is the home folder; paths in a list are relative to the list, or else to the working folder.
    /// </summary>
    /// <param name="path">The folder or list.</param>
    /// <exception cref="PfeException">Missing; a class without images; a malformed line; an image of the list that does not
    /// exist.</exception>
    public static LabelledImages Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var full = System.IO.Path.GetFullPath(Home(path));
        if (Directory.Exists(full)) return new LabelledImages(full, OfFolder(full));
        if (File.Exists(full)) return new LabelledImages(System.IO.Path.GetDirectoryName(full)!, OfList(full));
        throw new PfeException($"train_dataset_path '{path}' does not exist; it should be a folder of class folders or a .txt list");
    }

    private static List<(string, string)> OfFolder(string root)
    {
        var images = new List<(string, string)>();
        foreach (var folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            var before = images.Count;
            foreach (var file in Directory.EnumerateFiles(folder))
                if (FaceSource.IsPicture(file)) images.Add((System.IO.Path.GetFileName(folder), file));
            if (images.Count == before)
                throw new PfeException($"class folder '{folder}' has no images: add some (.jpg, .png, .webp, .bmp, .gif) or remove it");
        }
        return images.Count > 0 ? images
            : throw new PfeException($"'{root}' has no class folders: each person's images belong into a folder of their own");
    }

    private static List<(string, string)> OfList(string list)
    {
        var lines = InputFile.Lines(list).Select(line => line with { Text = line.Text.Trim() }).Where(line => line.Text.Length > 0)
            .ToArray();
        if (lines.Length == 0) throw new PfeException($"list '{list}' is empty; each line should be 'path label' or 'path'");
        var places = new ListPlaces(System.IO.Path.GetDirectoryName(list)!);
        // The first line decides for all. Its text is a path where there is such an image, so paths may hold spaces.
        var labelled = places.Find(lines[0].Text) is null && LastWord(lines[0].Text) is { } word
            && (places.Find(lines[0].Text[..^word.Length].TrimEnd()) is not null || int.TryParse(word, out _));
        return [.. lines.Select(line =>
        {
            var label = labelled ? LastWord(line.Text) : null;
            if (labelled && label is null)
                throw new PfeException($"{list}({line.Number}): '{line.Text}' has no label at its end, as line {lines[0].Number} has");
            var image = label is null ? line.Text : line.Text[..^label.Length].TrimEnd();
            var full = places.Find(image)
                ?? throw new PfeException($"{list}({line.Number}): there is no image '{image}', neither from the list's folder nor " +
                $"from the working folder{places.Hint(line.Text)}");
            return (label ?? System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(full)!), full);
        })];
    }

    private static string? LastWord(string text) => text.LastIndexOfAny([' ', '\t']) is > 0 and var at ? text[(at + 1)..] : null;

    /// <summary>Where a list's images lie.</summary>
    private sealed class ListPlaces(string folder)
    {
        public string? Find(string image)
        {
            if (image.Length == 0 || image.Contains('\0', StringComparison.Ordinal)) return null;
            image = Home(image);
            var beside = System.IO.Path.GetFullPath(image, folder);
            return File.Exists(beside) ? beside : File.Exists(System.IO.Path.GetFullPath(image)) ? System.IO.Path.GetFullPath(image) : null;
        }

        /// <summary>What another program's list has that is not understood here.</summary>
        public string Hint(string line)
        {
            var mark = line.FirstOrDefault(letter => letter is ',' or ';' or '"' or '\'');
            if (mark != default && line.Split([mark], StringSplitOptions.RemoveEmptyEntries) is [var first, ..]
                && Find(first.Trim().Trim('"')) is not null)
                return $"; between path and label a line has a blank or a tab, not '{mark}', and no quotes";
            return System.IO.Path.HasExtension(line.Split(' ', '\t', ',', ';')[0]) ? ""
                : "; a line is 'path label' or 'path', without a header above";
        }
    }

    private static string Home(string path) => path == "~" || path.StartsWith("~/", StringComparison.Ordinal)
        ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..]
        : path;
}
