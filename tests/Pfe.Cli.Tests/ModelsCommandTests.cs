using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

public sealed class ModelsCommandTests
{
    [Fact]
    public async Task An_empty_folder_lists_everything_as_missing_and_fetches_nothing()
    {
        using var folder = new TemporaryFolder();
        var run = await PfeCommand.Run("models", "--models", folder.Path, "--json");
        run.Code.ShouldBe(0);
        var models = run.Json.GetProperty("models").EnumerateArray().ToList();
        models.Select(model => model.GetProperty("name").GetString()).ShouldContain("base");
        models.ShouldAllBe(model =>
            model.GetProperty("state").GetString() == "missing" && model.GetProperty("sha256").GetString()!.Length == 64);
        Directory.EnumerateFileSystemEntries(folder.Path).ShouldBeEmpty();
        var table = await PfeCommand.Run("models", "--models", folder.Path);
        table.Output.ShouldContain("'pfe models restore' fetches what is not present");
    }

    [Fact]
    public async Task A_tarball_that_is_not_the_package_is_refused_in_one_line()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("faceplugin-face-recognition-js-0.0.1.tgz"), "not a tarball");
        var run = await PfeCommand.Run("models", "restore", "--models", folder.Path);
        run.Code.ShouldBe(1);
        run.Error.ShouldContain("is not faceplugin-face-recognition-js@0.0.1");
        run.Error.Trim().ShouldNotContain("\n");
    }
}
