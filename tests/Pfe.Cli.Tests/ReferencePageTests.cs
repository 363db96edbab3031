using System.Diagnostics;
using System.Text;
using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

/// <summary>
/// Every command of the two pages for those who change over is run as it stands there, in the page's order, in a folder that looks as the
/// reference's README says; what the pages say of keys and options is asked of the program.
/// </summary>
public sealed class ReferencePageTests
{
    [Theory]
    [InlineData("from-the-demo.md", 16)]
    [InlineData("from-probface.md", 6)]
    public async Task Every_command_of_the_page_does_its_work(string page, int commands)
    {
        using var world = new ReferenceWorld();
        var lines = File.ReadLines(Path.Combine(TestData.RepoRoot, "docs", page))
            .Where(line => line.StartsWith("    pfe ", StringComparison.Ordinal)).ToList();
        lines.Count.ShouldBe(commands);
        // ProbFace's page speaks of faces that the other page aligns.
        if (page != "from-the-demo.md")
        {
            lines.Insert(0, "    pfe crop-ijba proto/IJB-A/metadata.csv ijba/images data/ijba_cropped");
            lines.Insert(1,
                "    pfe align data/ldmark_ijba_mtcnncaffe.txt data/ijba_mtcnncaffe_aligned --prefix data/ijba_cropped --transpose_input");
        }
        foreach (var line in lines)
        {
            var (code, output, error) = await Run(world.Folder, Words(line.Trim())[1..]);
            code.ShouldBe(0, $"{line}\n{output}\n{error}");
        }
        if (page != "from-the-demo.md") return;
        Directory.GetFiles(Path.Combine(world.Folder, "data", "lfw_mtcnncaffe_aligned", "A")).Length.ShouldBe(2);
        // The two ways to align agree to the byte.
        File.ReadAllBytes(Path.Combine(world.Folder, "data", "lfw_mtcnncaffe_aligned", "A", "A_0001.jpg"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(world.Folder, "out", "aligned_as_there", "A", "A_0001.jpg")));
        File.ReadAllBytes(Path.Combine(world.Folder, "out", "lfw_aligned", "A", "A_0001.jpg"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(world.Folder, "data", "lfw_mtcnncaffe_aligned", "A", "A_0001.jpg")));
    }

    [Fact]
    public void Every_configuration_key_of_the_page_is_known()
    {
        var schema = File.ReadAllText(Path.Combine(TestData.RepoRoot, "docs", "config.schema.json"));
        var rows = File.ReadLines(Path.Combine(TestData.RepoRoot, "docs", "from-the-demo.md"))
            .SkipWhile(line => line != "## Configuration keys")
            .TakeWhile(line => line != "## Output").Where(line => line.StartsWith("| `", StringComparison.Ordinal)).ToList();
        rows.Count.ShouldBeGreaterThan(6);
        foreach (var key in rows.SelectMany(row => row.Split('|')[1].Split('`').Where((_, n) => n % 2 == 1))
            .Where(key => key != "num_gpus"))
            schema.ShouldContain($"\"{key}\"", customMessage: key);
    }

    private static async Task<(int Code, string Output, string Error)> Run(string folder, string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "pfe-train.dll"), .. args])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            // Nothing of the user's own is read or written.
            Environment = { ["PFE_MODELS"] = Path.Combine(folder, "models"), ["XDG_CACHE_HOME"] = Path.Combine(folder, "cache"),
                ["HOME"] = folder },
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken),
            process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>A shell's words; quotes keep blanks together.</summary>
    private static string[] Words(string line)
    {
        var (words, word, quoted) = (new List<string>(), new StringBuilder(), false);
        foreach (var letter in line + " ")
        {
            if (letter == '"') quoted = !quoted;
            else if (letter != ' ' || quoted) word.Append(letter);
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
        return [.. words];
    }
}
