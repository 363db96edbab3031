using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

/// <summary>Ctrl-C: exit code 130, one line, nothing half-written, and the work can go on.</summary>
public sealed class InterruptTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("detect")]
    [InlineData("align")]
    [InlineData("embed")]
    public async Task Before_the_work_has_begun_nothing_is_written(string command)
    {
        BadPictures.Noise(112, 112).Save(_folder.File("in", "face.png"));
        using var error = new StringWriter();
        var run = await PfeCommand.Run(
            [command, Path.Combine(_folder.Path, "in"), "--output", Path.Combine(_folder.Path, "out")], error,
            new CancellationToken(canceled: true));
        (run.Code, run.Output, run.Error.Trim()).ShouldBe((130, "", "interrupted"));
        Path.Exists(Path.Combine(_folder.Path, "out")).ShouldBeFalse();
    }

    [Fact]
    public async Task Embed_in_the_middle_of_its_work_leaves_no_output_and_goes_on_later()
    {
        for (var i = 0; i < 150; i++) BadPictures.Noise(112, 112, i).Save(_folder.File("in", $"{i:000}.png"));
        var output = _folder.File("out", "e.safetensors");
        string[] args = ["embed", Path.Combine(_folder.Path, "in"), "--aligned", "--workers", "1", "--output", output];
        using var interrupt = new CancellationTokenSource();
        using var error = new StringWriter();
        // The journal beside the output appears when the first images are worked on; Ctrl-C follows at once.
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(output)!) { EnableRaisingEvents = true };
        watcher.Created += (_, _) => interrupt.Cancel();
        var run = await PfeCommand.Run(args, error, interrupt.Token);
        (run.Code, run.Output, run.Error.Trim().Split('\n')[^1]).ShouldBe((130, "", "interrupted"));
        Directory.GetFiles(Path.GetDirectoryName(output)!).ShouldAllBe(path => path.EndsWith(".part", StringComparison.Ordinal));

        (await PfeCommand.Run(args)).Code.ShouldBe(0);
        Directory.GetFiles(Path.GetDirectoryName(output)!).ShouldBe([output]);
    }

    [Fact]
    public async Task Train_leaves_a_checkpoint_and_no_model_and_resume_finishes()
    {
        using var interrupt = new CancellationTokenSource();
        using var error = new Reader(line => { if (line.StartsWith("step 1/", StringComparison.Ordinal)) interrupt.Cancel(); });
        var run = await PfeCommand.Run(
            ["train", DrawnPeople.Configuration(_folder, Path.Combine(_folder.Path, "log"))], error, interrupt.Token);
        run.Code.ShouldBe(130, run.Error);
        run.Error.TrimEnd().ShouldEndWith("interrupted");
        var folder = Directory.GetDirectories(Path.Combine(_folder.Path, "log", "x")).ShouldHaveSingleItem();
        Directory.GetFiles(folder)
            .ShouldAllBe(path => !path.EndsWith(".tmp", StringComparison.Ordinal) && !path.EndsWith(".onnx", StringComparison.Ordinal));
        Directory.GetFiles(folder, "checkpoint-*").ShouldHaveSingleItem();

        var resumed = await PfeCommand.Run("train", "--resume", folder);
        resumed.Code.ShouldBe(0, resumed.Error);
        File.Exists(Path.Combine(folder, "model.onnx")).ShouldBeTrue();
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Standard error with a reader who acts on a line.</summary>
    private sealed class Reader(Action<string> read) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            read(value ?? "");
        }
    }
}
