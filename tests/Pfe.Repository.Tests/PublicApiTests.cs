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
        .. Directory.GetDirectories(Path.Combine(TestData.RepoRoot, "src")).Select(folder => Path.GetFileName(folder)!)
            .Where(name => File.Exists(Path.Combine(AppContext.BaseDirectory, name + ".dll"))).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void The_public_surface_is_the_approved_one(string library)
    {
        var assembly = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, library + ".dll"));
        var api = assembly.GeneratePublicApi(Options).ReplaceLineEndings("\n");
        var path = Path.Combine(TestData.RepoRoot, "tests", "Pfe.Repository.Tests", "approved", library + ".txt");
        if (Environment.GetEnvironmentVariable("PFE_ACCEPT") == "1") File.WriteAllText(path, api);
        File.Exists(path).ShouldBeTrue($"{path} is missing; PFE_ACCEPT=1 writes it");
        api.ShouldBe(File.ReadAllText(path).ReplaceLineEndings("\n"), $"{library} changed in public; PFE_ACCEPT=1 renews the listing");
    }

    [Fact]
    public void Every_library_is_listed() => Libraries.Count.ShouldBeGreaterThanOrEqualTo(7);
}
