using System.Xml.Linq;
using Pfe.TestSupport;

namespace Pfe.Repository.Tests;

/// <summary>docs/architecture.md's arrows, checked against the project files.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> AllowedProjects = new()
    {
        ["Pfe"] = [],
        ["Pfe.Gpu"] = ["Pfe"],
        ["Pfe.Onnx"] = ["Pfe"],
        ["Pfe.Vision"] = ["Pfe.Onnx"],
        ["Pfe.Training"] = ["Pfe.Evaluation", "Pfe.Vision"],
        ["Pfe.Extensions.DependencyInjection"] = ["Pfe.Vision"],
        ["Pfe.Interop"] = ["Pfe.Onnx"],
        ["Pfe.Evaluation"] = ["Pfe.Interop"],
        ["Pfe.Reporting"] = ["Pfe.Evaluation", "Pfe.Vision"],
        ["Pfe.Gallery"] = ["Pfe.Vision"],
        ["Pfe.Gallery.PostgreSql"] = ["Pfe.Gallery"],
        ["Pfe.Cluster"] = ["Pfe.Gallery.PostgreSql"],
        ["Pfe.Client"] = [],
        ["Pfe.Cli"] = ["Pfe.Gallery.PostgreSql", "Pfe.Gpu", "Pfe.Reporting"],
        ["Pfe.Server"] = ["Pfe.Client", "Pfe.Cluster", "Pfe.Gallery", "Pfe.Gallery.PostgreSql"],
        ["Pfe.Train"] = ["Pfe.Cli", "Pfe.Training"],
    };

    private static readonly Dictionary<string, string> OwnerOfPackage = new()
    {
        ["TorchSharp"] = "Pfe.Training",
        ["Microsoft.ML.OnnxRuntime"] = "Pfe.Vision",
        ["ILGPU"] = "Pfe.Gpu",
        ["SkiaSharp"] = "Pfe.Vision",
        ["Microsoft.Data.Sqlite"] = "Pfe.Gallery",
        ["Npgsql"] = "Pfe.Gallery.PostgreSql",
        ["Microsoft.AspNetCore.OpenApi"] = "Pfe.Server",
        ["System.CommandLine"] = "Pfe.Cli",
    };

    private static readonly string[] Rooms = ["src", "hosts"];

    public static TheoryData<string> Projects => [.. AllowedProjects.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_lies_upstream(string project) =>
        References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)).Order()
            .ShouldBe(AllowedProjects[project].Order());

    [Fact]
    public void Each_heavy_package_enters_through_one_project()
    {
        foreach (var (package, owner) in OwnerOfPackage)
            AllowedProjects.Keys.Where(project => References(project, "PackageReference").Contains(package)).ShouldBe([owner], package);
    }

    [Fact]
    public void Every_project_under_src_and_hosts_is_in_the_picture() =>
        Rooms.SelectMany(room => Directory.GetDirectories(Path.Combine(TestData.RepoRoot, room)))
            .Select(folder => Path.GetFileName(folder)!).Order().ShouldBe(AllowedProjects.Keys.Order());

    [Fact]
    public void The_page_has_a_row_for_every_project()
    {
        var page = File.ReadAllLines(Path.Combine(TestData.RepoRoot, "docs", "architecture.md"));
        AllowedProjects.Keys.Where(project => !page.Any(line => line.StartsWith($"| `{project}` |", StringComparison.Ordinal)))
            .ShouldBeEmpty();
    }

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(Rooms.Select(room => Path.Combine(TestData.RepoRoot, room, project, project + ".csproj")).Single(File.Exists))
            .Descendants(kind).Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/'));
}
