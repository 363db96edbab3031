using System.Text.Json;
using Pfe.Onnx;
using Pfe.TestSupport;
using Pfe.TestSupport.TensorFlow;

namespace Pfe.Cli.Tests;

/// <summary>pfe export, pfe import-tf and pfe inspect.</summary>
public sealed class ModelFileCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Export_puts_base_and_head_together_and_twice_gives_the_same_bytes()
    {
        Head("507", 512 * 7 * 7).Save(_folder.File("head.safetensors"), half: true);
        var (code, output, _) = await PfeCommand.Run(
            "export", "--base", "base", "--head", _folder.File("head.safetensors"), "--output", _folder.File("a.onnx"), "--json");
        code.ShouldBe(0);
        using var json = JsonDocument.Parse(output);
        json.RootElement.GetProperty("dimension").GetInt32().ShouldBe(512);
        json.RootElement.GetProperty("head_reads").GetString().ShouldBe("507");

        await PfeCommand.Run("export", "--base", "base", "--head", _folder.File("head.safetensors"), "--output", _folder.File("b.onnx"));
        File.ReadAllBytes(_folder.File("b.onnx")).AsSpan().SequenceEqual(File.ReadAllBytes(_folder.File("a.onnx"))).ShouldBeTrue();
        OnnxModel.Load(_folder.File("a.onnx")).Sha256().ShouldBe(json.RootElement.GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task Export_refuses_a_head_of_another_network_and_writes_nothing()
    {
        Head("507", 100).Save(_folder.File("head.safetensors"));
        var (code, output, error) =
            await PfeCommand.Run("export", "--base", "base", "--head", _folder.File("head.safetensors"), "--output",
            _folder.File("a.onnx"));
        code.ShouldBe(1);
        output.ShouldBeEmpty();
        error.TrimEnd().ShouldEndWith("was it trained on another base network?");
        File.Exists(_folder.File("a.onnx")).ShouldBeFalse();
    }

    [Fact]
    public async Task Export_of_what_cannot_be_run_to_an_embedding_writes_nothing()
    {
        var head = Head("507", 512 * 7 * 7);
        (head with { OutputWeight = Enumerable.Repeat(1e37f, head.OutputWeight.Length).ToArray() }).Save(_folder.File("head.safetensors"));
        var run = await PfeCommand.Run("export", "--base", "base", "--head", _folder.File("head.safetensors"), "--output",
            _folder.File("a.onnx"));
        run.Code.ShouldBe(1, run.Error);
        run.Error.ShouldContain("the model cannot be used");
        File.Exists(_folder.File("a.onnx")).ShouldBeFalse();
    }

    [Fact]
    public async Task Inspect_shows_what_a_description_needs()
    {
        // On a machine without the network the first call says that it fetches it.
        await PfeCommand.Run("inspect", "base");
        var (code, output, error) = await PfeCommand.Run("inspect", "base");
        error.ShouldBeEmpty();
        code.ShouldBe(0);
        output.ShouldContain("input        input: float [1, 3, 112, 112]");
        output.ShouldContain("output       output: float [1, 512]");
        output.ShouldContain("feature map  507: float [1, 512, 7, 7] before 'output'");

        using var json = JsonDocument.Parse((await PfeCommand.Run("inspect", "base", "--json")).Output);
        json.RootElement.GetProperty("feature_maps").GetProperty("output").GetProperty("shape").EnumerateArray()
            .Select(size => size.GetInt32()).ShouldBe([1, 512, 7, 7]);
        json.RootElement.GetProperty("parameters").GetInt64().ShouldBeInRange(1_100_000, 1_300_000);
    }

    [Fact]
    public async Task A_wrong_file_is_one_clear_line()
    {
        File.WriteAllText(_folder.File("notes.onnx"), "not a network\n");
        var (code, output, error) = await PfeCommand.Run("inspect", _folder.File("notes.onnx"));
        code.ShouldBe(1);
        output.ShouldBeEmpty();
        error.TrimEnd().ShouldNotContain("\n");
        error.ShouldContain("notes.onnx' is not an ONNX model");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Import_turns_a_checkpoint_into_one_file(bool head)
    {
        new NaiveSphereNet([0, 1, 0, 0], [4, 5, 6, 7], 32, 48, 9, head).Write(new CheckpointWriter(), _folder.File("tf", "ckpt-5"));
        var (code, output, error) =
            await PfeCommand.Run("import-tf", Path.Combine(_folder.Path, "tf"), "--image-size", "32", "48", "--output",
            _folder.File("model.onnx"), "--json");
        error.ShouldBeEmpty();
        code.ShouldBe(0);
        using var json = JsonDocument.Parse(output);
        json.RootElement.GetProperty("probabilistic").GetBoolean().ShouldBe(head);
        json.RootElement.GetProperty("network").GetString().ShouldBe("SphereNet with 0,1,0,0 units");
        json.RootElement.GetProperty("verified").GetInt32().ShouldBe(head ? 30 : 20);
        var model = OnnxModel.Load(_folder.File("model.onnx"));
        model.Outputs.Select(tensor => tensor.Name).ShouldBe(head ? ["mu", "log_variance"] : ["embedding", "feature"]);
        // A base comes with its description beside it, so that it can be trained on as it is.
        File.Exists(_folder.File("model.json")).ShouldBe(!head);
        if (!head) BaseGraph.Prepare(model, NetworkDescription.Load(_folder.File("model.json"))).FeatureMapSize.ShouldBe(7 * 3 * 2);
    }

    [Fact]
    public async Task Import_refuses_what_is_no_checkpoint_and_an_impossible_size()
    {
        (await PfeCommand.Run("import-tf", _folder.Path, "--output", _folder.File("x.onnx")))
            .Error.ShouldContain("holds no TensorFlow checkpoint");
        (await PfeCommand.Run("import-tf", _folder.Path, "--output", _folder.File("x.onnx"), "--image-size", "96", "0")).Code.ShouldBe(2);
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("10", 0, "")]
    [InlineData("64", 1, "holds SphereNet-10, 64 layers are wanted")]
    [InlineData("11", 2, "--layers is 4, 10, 20, 36 or 64, not 11")]
    public async Task Import_takes_the_number_of_layers_it_is_told_or_none(string layers, int exit, string message)
    {
        new NaiveSphereNet([0, 1, 2, 0], [4, 5, 6, 7], 32, 48, 9, head: true).Write(new CheckpointWriter(), _folder.File("tf", "ckpt-5"));
        var (code, _, error) = await PfeCommand.Run(
            "import-tf", Path.Combine(_folder.Path, "tf"), "--image-size", "32", "48", "--out", _folder.File("model.onnx"), "--layers",
            layers);
        (code, error.TrimEnd().Contains('\n')).ShouldBe((exit, false));
        error.ShouldContain(message);
        File.Exists(_folder.File("model.onnx")).ShouldBe(exit == 0);
    }

    [Fact]
    public async Task Import_of_a_damaged_checkpoint_writes_nothing_and_names_variable_and_file()
    {
        new NaiveSphereNet([0, 0, 0, 0], [4, 5, 6, 7], 32, 48, 9, head: true).Write(new CheckpointWriter(), _folder.File("tf", "ckpt-5"));
        var data = _folder.File("tf", "ckpt-5.data-00000-of-00001");
        var bytes = File.ReadAllBytes(data);
        bytes[^1] ^= 1;
        File.WriteAllBytes(data, bytes);
        var (code, output, error) =
            await PfeCommand.Run("import-tf", Path.Combine(_folder.Path, "tf"), "--image-size", "32", "48", "--out",
            _folder.File("model.onnx"));
        (code, output).ShouldBe((1, ""));
        error.TrimEnd()
            .ShouldBe($"error: '{data}' is damaged: the checksum of variable 'UncertaintyModule/scale_and_shift/gamma' is wrong");
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    private static UncertaintyHead Head(string source, int features)
    {
        const int hidden = 4, dimension = 512;
        return new UncertaintyHead
        {
            Source = source, HiddenWeight = Some(hidden * features), HiddenScale = Some(hidden), HiddenCentre = Some(hidden),
            HiddenMean = Some(hidden),
            HiddenVariance = Some(hidden), OutputWeight = Some(dimension * hidden), OutputMean = Some(dimension),
            OutputVariance = Some(dimension), Gain = 1, Offset = -7,
        };

        static float[] Some(int count) => [.. Enumerable.Range(0, count).Select(i => i % 7 / 700f)];
    }
}
