using System.Text.RegularExpressions;
using Pfe.TestSupport;

namespace Pfe.Repository.Tests;

/// <summary>Rules that the compiler does not know: the length of a line, and folders that depend on one another one way only.</summary>
public sealed partial class SourceTests
{
    private const int MaxLineLength = 140;

    private static readonly string[] Rooms = ["src", "hosts", "tests", "bench", "samples"];

    public static TheoryData<string> Projects =>
        [.. Rooms[..2].SelectMany(room => Directory.GetDirectories(Path.Combine(TestData.RepoRoot, room)))
            .Select(folder => Path.GetRelativePath(TestData.RepoRoot, folder)).Order(StringComparer.Ordinal)];

    [Fact]
    public void No_line_is_longer_than_editorconfig_allows() =>
        Rooms.SelectMany(room => Sources(Path.Combine(TestData.RepoRoot, room)))
            .SelectMany(path => File.ReadLines(path).Select((line, i) => (path, Number: i + 1, line.Length)))
            .Where(line => line.Length > MaxLineLength)
            .Select(line => $"{Path.GetRelativePath(TestData.RepoRoot, line.path)}({line.Number}): {line.Length} characters")
            .ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_folder_of_a_project_depends_on_one_that_depends_on_it(string project)
    {
        var files = Sources(Path.Combine(TestData.RepoRoot, project)).Select(File.ReadAllText)
            .Select(text => (Namespace: Namespace().Match(text).Groups["name"].Value,
                Uses: Using().Matches(text).Select(use => use.Groups["name"].Value)))
            .Where(file => file.Namespace.Length > 0).ToArray();
        var folders = files.Select(file => file.Namespace).ToHashSet(StringComparer.Ordinal);
        var uses = folders.ToDictionary(folder => folder, folder => files.Where(file => file.Namespace == folder)
            .SelectMany(file => file.Uses).Where(use => use != folder && folders.Contains(use)).ToHashSet(StringComparer.Ordinal));
        foreach (var folder in folders) Reached(uses, folder).ShouldNotContain(folder, $"{project}: {folder} comes back to itself");
    }

    private static HashSet<string> Reached(Dictionary<string, HashSet<string>> uses, string from)
    {
        var (reached, open) = (new HashSet<string>(StringComparer.Ordinal), new Stack<string>([from]));
        while (open.TryPop(out var at))
            foreach (var next in uses[at])
                if (reached.Add(next)) open.Push(next);
        return reached;
    }

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(path => !Generated().IsMatch(path));

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (static )?(?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Using();

    [GeneratedRegex(@"[\\/](?:bin|obj)[\\/]", RegexOptions.NonBacktracking)]
    private static partial Regex Generated();
}
