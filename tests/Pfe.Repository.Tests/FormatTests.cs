using Pfe.TestSupport;

namespace Pfe.Repository.Tests;

/// <summary>The sources are as <c>dotnet format</c> writes them: layout, order of usings, style and analyzers' warnings.</summary>
public sealed class FormatTests
{
    [Fact]
    public void Sources_are_formatted()
    {
        var (code, said) = Tool.Run("dotnet", "format", Path.Combine(TestData.RepoRoot, "Pfe.slnx"), "--verify-no-changes", "--no-restore");
        code.ShouldBe(0, said);
    }
}
