using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

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
    public void Every_block_compiles(string where, string text)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var compilation = CSharpCompilation.Create("Snippet",
            [CSharpSyntaxTree.ParseText(ImplicitUsings, options), CSharpSyntaxTree.ParseText(text, options)], References(),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => $"{diagnostic.Location.GetLineSpan().StartLinePosition.Line + 1}: {diagnostic.GetMessage()}")
            .ShouldBeEmpty(where);
    }

    [Fact]
    public void Blocks_were_found_in_the_readme() =>
        Blocks.Count(row => row.Data.Item1.StartsWith("README.md", StringComparison.Ordinal)).ShouldBeGreaterThan(0);

    private static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(File.Exists).Select(path => (MetadataReference)MetadataReference.CreateFromFile(path));
}
