using System.Text.Json;
using System.Xml.Linq;
using Pfe.TestSupport;

namespace Pfe.Repository.Tests;

/// <summary>Every project's packages are locked in the versions of Directory.Packages.props, for no platform but its own.</summary>
public sealed class LockFileTests
{
    private static readonly string[] Rooms = ["src", "hosts", "tests", "bench", "samples"];

    private static readonly Dictionary<string, string> Versions = XDocument
        .Load(Path.Combine(TestData.RepoRoot, "Directory.Packages.props")).Descendants()
        .Where(package => package.Name.LocalName is "PackageVersion" or "GlobalPackageReference")
        .ToDictionary(package => package.Attribute("Include")!.Value, package => package.Attribute("Version")!.Value);

    public static TheoryData<string> Projects =>
        [.. Rooms.SelectMany(room => Directory.GetFiles(Path.Combine(TestData.RepoRoot, room), "*.csproj", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(TestData.RepoRoot, path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_projects_lock_holds_the_central_versions(string project)
    {
        var path = Path.Combine(TestData.RepoRoot, Path.GetDirectoryName(project)!, "packages.lock.json");
        File.Exists(path).ShouldBeTrue($"{project}: 'dotnet restore' writes its packages.lock.json, which belongs in the repository");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var platform in document.RootElement.GetProperty("dependencies").EnumerateObject())
        {
            // The command line is packed for one platform; what other projects resolve is the same on every machine.
            platform.Name.ShouldBeOneOf("net10.0", "net10.0/linux-x64");
            foreach (var package in platform.Value.EnumerateObject())
            {
                if (package.Value.GetProperty("type").GetString() != "Direct") continue;
                Versions.ShouldContainKey(package.Name, $"{project}: the SDK of one machine brought this package");
                package.Value.GetProperty("resolved").GetString().ShouldBe(Versions[package.Name],
                    $"{project}: {package.Name} is locked in another version; 'dotnet restore' renews packages.lock.json");
            }
        }
    }

    [Fact]
    public void A_build_for_one_platform_keeps_its_lock_among_its_other_output()
    {
        var project = Path.Combine(TestData.RepoRoot, "src", "Pfe");
        var (code, said) = Tool.Run("dotnet", "msbuild", project, "-getProperty:NuGetLockFilePath", "-p:RuntimeIdentifier=linux-arm64");
        code.ShouldBe(0, said);
        Path.GetFullPath(said.Trim(), project).ShouldBe(Path.Combine(project, "obj", "packages.linux-arm64.lock.json"));
    }
}
