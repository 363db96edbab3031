using System.Diagnostics;
using Pfe.Server.Tests.Support;
using Pfe.TestSupport;

namespace Pfe.Server.Tests;

public sealed class PythonScriptTests(SharedService shared) : IClassFixture<SharedService>
{
    [Fact]
    public async Task The_script_of_the_page_enrols_and_identifies_with_the_standard_library_alone()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "no python3 on this machine");
        var page = await File.ReadAllTextAsync(Path.Combine(TestData.RepoRoot, "docs", "operate.md"));
        var script = page.Split("```python\n")[1].Split("```")[0];
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("script.py"), script);
        await File.WriteAllBytesAsync(folder.File("a.jpg"), SampleFaces.People[0]);
        await File.WriteAllBytesAsync(folder.File("b.jpg"), SampleFaces.Group);
        await File.WriteAllBytesAsync(folder.File("c.jpg"), SampleFaces.Again(0));
        var start = new ProcessStartInfo("/usr/bin/python3", ["-I", "script.py", "a.jpg", "b.jpg", "c.jpg"])
        {
            UseShellExecute = false, WorkingDirectory = folder.Path, RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["PFE_ADDRESS"] = shared.Service.Address, ["PFE_KEY"] = shared.Service.Key, ["no_proxy"] = "127.0.0.1" },
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, await error);
        var lines = (await output).Split('\n');
        lines[0].ShouldBe("1 accepted, 1 to be taken again");
        lines[1].ShouldStartWith("person ");
    }
}
