using System.CommandLine;
using System.Text.RegularExpressions;
using Pfe.Cli;
using Pfe.Train;

namespace Pfe.Repository.Tests;

/// <summary>Every <c>pfe</c> line that a reader can copy is one that the command line takes: of the pages, and of the help.</summary>
public sealed partial class CommandLineTests
{
    private static readonly RootCommand Root = TrainingApplication.Root(new Terminal(TextWriter.Null, TextWriter.Null));

    public static TheoryData<string, string> Lines =>
    [
        .. Documents.Blocks("bash").Concat(Documents.Blocks("sh")).Concat(Documents.Blocks(""))
            .SelectMany(block => Joined(block.Text).Select(line => (Where: $"{block.Page}:{block.Line}", line)))
            .Concat(Examples(Root, "pfe"))
            .Select(entry => (entry.Where, Words: Command().Match(entry.line)))
            .Where(entry => entry.Words.Success)
            .Select(entry => (entry.Where, entry.Words.Groups["words"].Value.Trim())),
    ];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Every_line_is_understood(string where, string words)
    {
        var errors = Root.Parse(words).Errors.Select(error => error.Message);
        errors.ShouldBeEmpty($"{where}: pfe {words}");
    }

    [Fact]
    public void Lines_were_found_in_the_pages_and_in_the_help()
    {
        Lines.Count(row => row.Data.Item1.StartsWith("README.md", StringComparison.Ordinal)).ShouldBeGreaterThan(3);
        Lines.Count(row => row.Data.Item1.StartsWith("pfe ", StringComparison.Ordinal)).ShouldBeGreaterThan(15);
    }

    // A line that ends in a backslash goes on.
    private static string[] Joined(string text) => text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n');

    private static IEnumerable<(string Where, string line)> Examples(Command command, string path)
    {
        foreach (var child in command.Subcommands)
        {
            var name = $"{path} {child.Name}";
            foreach (Match example in Example().Matches(child.Description ?? "")) yield return (name, example.Groups["line"].Value);
            foreach (var deeper in Examples(child, name)) yield return deeper;
        }
    }

    // "./pfe demo", "$ pfe demo", "FOO=1 pfe demo"; what stands behind '#', '|', '>' or '&' is the shell's.
    [GeneratedRegex(@"^\s*(\$ )?([A-Z_]+=\S+ )*(\./)?pfe (?<words>[^#|>&;]+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Command();

    [GeneratedRegex(@"Example: (?<line>pfe .+?)(\.?$|; |, or )", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Example();
}
