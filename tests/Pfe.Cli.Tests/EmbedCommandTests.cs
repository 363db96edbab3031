using Pfe.TestSupport;
using Pfe.Vision.Imaging;

namespace Pfe.Cli.Tests;

public sealed class EmbedCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_file_that_is_no_network_and_a_missing_one_are_refused_in_one_line()
    {
        new Image(2, 2, new byte[12]).Save(_folder.File("in", "a.png"));
        File.WriteAllText(_folder.File("wrong.onnx"), "not a network");
        var wrong = await PfeCommand.Run(
            "embed", Path.Combine(_folder.Path, "in"), "--output", Out, "--model", _folder.File("wrong.onnx"), "--aligned");
        wrong.Code.ShouldBe(1);
        wrong.Error.ShouldContain("wrong.onnx");
        wrong.Error.Trim().ShouldNotContain("\n");
        var missing = await PfeCommand.Run("embed", Path.Combine(_folder.Path, "in"), "--output", Out, "--model", "none.onnx", "--aligned");
        missing.Code.ShouldBe(1);
        missing.Error.ShouldContain("'none.onnx' is neither a file, nor a model name");
        File.Exists(Out).ShouldBeFalse();
    }

    [Fact]
    public async Task Options_that_contradict_each_other_are_usage_errors()
    {
        new Image(2, 2, new byte[12]).Save(_folder.File("in", "a.png"));
        File.WriteAllText(_folder.File("list.txt"), "a.png 40 54 76 54 58 74 43 96 72 96\n");
        var both = await PfeCommand.Run(
            "embed", Path.Combine(_folder.Path, "in"), "--output", Out, "--aligned", "--landmarks", _folder.File("list.txt"));
        both.Code.ShouldBe(2);
        both.Error.ShouldContain("exclude each other");
        (await PfeCommand.Run("embed", Path.Combine(_folder.Path, "in"), "--output", Out, "--transpose-input")).Code.ShouldBe(2);
        (await PfeCommand.Run("embed", Path.Combine(_folder.Path, "in"))).Error.ShouldContain("--output");
    }

    public void Dispose() => _folder.Dispose();

    private string Out => Path.Combine(_folder.Path, "out.safetensors");
}
