using Pfe.TestSupport;

namespace Pfe.Repository.Tests;

/// <summary>The sources are as <c>dotnet format whitespace . --folder</c> writes them.</summary>
public sealed class FormatTests
{
    [Fact]
    public void Sources_are_formatted()
    {
        var (code, said) = Tool.Run("dotnet", "format", "whitespace", TestData.RepoRoot, "--folder", "--verify-no-changes", "--exclude",
            "**/obj/**");
        code.ShouldBe(0, said);
    }
}
