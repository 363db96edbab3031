using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Pfe.TestSupport;

namespace Pfe.Repository.Tests;

/// <summary>Every C# block of the pages compiles as a program of its own against the libraries as they are.</summary>
public sealed class SnippetTests
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    public static TheoryData<string, string> Blocks =>
        [.. Documents.Blocks("csharp").Select(block => ($"{block.Page}:{block.Line}", block.Text))];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Every_block_compiles(string where, string text) =>
        Errors(OutputKind.ConsoleApplication, [text]).ShouldBeEmpty(where);

    /// <summary>Its own test compiles the cookbook into an assembly that sees the libraries' internals, which a reader's program does
    /// not.</summary>
    [Fact]
    public void The_cookbook_needs_nothing_but_what_is_public()
    {
        var recipes = Directory.GetFiles(Path.Combine(TestData.RepoRoot, "samples", "Cookbook"), "*.cs");
        Errors(OutputKind.DynamicallyLinkedLibrary, recipes.Select(File.ReadAllText)).ShouldBeEmpty();
    }

    [Fact]
    public void Blocks_were_found_in_the_readme() =>
        Blocks.Count(row => row.Data.Item1.StartsWith("README.md", StringComparison.Ordinal)).ShouldBeGreaterThan(0);

    // "Snippet" is no friend of the libraries: it sees what a reader's program sees.
    private static IEnumerable<string> Errors(OutputKind kind, IEnumerable<string> texts)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var compilation = CSharpCompilation.Create("Snippet",
            texts.Prepend(ImplicitUsings).Select(text => CSharpSyntaxTree.ParseText(text, options)), References(),
            new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable));
        return compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => $"{diagnostic.Location.GetLineSpan().StartLinePosition.Line + 1}: {diagnostic.GetMessage()}");
    }

    private static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(File.Exists).Select(path => (MetadataReference)MetadataReference.CreateFromFile(path));
}
