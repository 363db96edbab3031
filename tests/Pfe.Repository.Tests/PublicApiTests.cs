using System.Reflection;
using Pfe.TestSupport;
using PublicApiGenerator;

namespace Pfe.Repository.Tests;

/// <summary>
/// What is public is meant: each library's public members stand in approved/, and a change shows up as a difference there.
/// PFE_ACCEPT=1 renews the listings; look at the difference before committing it.
/// </summary>
public sealed class PublicApiTests
{
    private static readonly ApiGeneratorOptions Options = new()
    {
        ExcludeAttributes = ["System.Runtime.Versioning.TargetFrameworkAttribute", "System.Reflection.AssemblyMetadataAttribute"],
        IncludeAssemblyAttributes = false,
    };

    public static TheoryData<string> Libraries =>
    [
        .. Directory.GetFiles(Path.Combine(TestData.RepoRoot, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(project => Path.GetFileNameWithoutExtension(project)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void The_public_surface_is_the_approved_one(string library)
    {
        var api = Load(library).GeneratePublicApi(Options).ReplaceLineEndings("\n");
        var path = Path.Combine(TestData.RepoRoot, "tests", "Pfe.Repository.Tests", "approved", library + ".txt");
        if (Environment.GetEnvironmentVariable("PFE_ACCEPT") == "1") File.WriteAllText(path, api);
        File.Exists(path).ShouldBeTrue($"{path} is missing; PFE_ACCEPT=1 writes it");
        api.ShouldBe(File.ReadAllText(path).ReplaceLineEndings("\n"), $"{library} changed in public; PFE_ACCEPT=1 renews the listing");
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void The_library_page_says_how_many_types_are_public(string library)
    {
        var count = Load(library).GetExportedTypes().Count(type => !type.IsNested);
        File.ReadAllLines(Path.Combine(TestData.RepoRoot, "docs", "library.md"))
            .ShouldContain(line => line.StartsWith($"| `{library}` | {count} |", StringComparison.Ordinal), $"{library} has {count}");
    }

    private static Assembly Load(string library) => Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, library + ".dll"));
}
