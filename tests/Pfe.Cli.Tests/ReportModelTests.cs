using System.Text.Json;
using Pfe.Onnx;
using Pfe.TestSupport;
using Pfe.Vision.Models;

namespace Pfe.Cli.Tests;

/// <summary>pfe report on a model alone: what the file says, and what sigma does on the registry's photographs.</summary>
public sealed class ReportModelTests : IDisposable
{
    private const int Size = 512;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_default_model_is_described_and_shown_on_damaged_faces_without_a_warning()
    {
        var run = await PfeCommand.Run("report", "--output", Out, "--resamples", "20", "--json");
        run.Code.ShouldBe(0, run.Error);
        run.Json.GetProperty("warnings").GetArrayLength().ShouldBe(0);
        var model = run.Json.GetProperty("model");
        model.GetProperty("model").GetString().ShouldBe($"SHA-256 {DefaultModel.Load(new ModelStore()).Sha256()}");
        model.GetProperty("base network").GetString()!.ShouldContain("112 x 112 BGR");
        model.GetProperty("its thresholds").GetString()!.ShouldContain("FMR 0.001 from");
        run.Json.GetProperty("summary").GetProperty("faces").GetString().ShouldBe("110 of 22 persons, D = 512");
        var figures = run.Json.GetProperty("figures").EnumerateArray().Select(figure => figure.GetString()).ToList();
        foreach (var figure in new[] { "faces-by-uncertainty", "uncertainty-by-damage", "score-to-probability", "roc-and-det",
            "reliability" }) figures.ShouldContain(figure);
        var page = File.ReadAllText(Path.Combine(Out, "report.html"));
        page.ShouldContain("Model report:");
        page.ShouldNotContain("class=\"warning\"");
    }

    [Fact]
    public async Task A_collapsed_head_is_said_to_be_one_at_the_top()
    {
        var model = Model("collapsed.onnx", gain: 0);
        var run = await PfeCommand.Run("report", model, "--output", Out, "--resamples", "20", "--json");
        run.Code.ShouldBe(0, run.Error);
        var warnings = run.Json.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()!).ToList();
        warnings.ShouldContain(warning => warning.Contains("untrained or has collapsed"));
        warnings.ShouldContain(warning =>
            warning.Contains("sigma does not answer to damage: at full strength of blur, low resolution, darkness, occlusion"));
        run.Json.GetProperty("model").GetProperty("calibration").GetString()!.ShouldStartWith("none");
        File.ReadAllText(Path.Combine(Out, "report.html")).ShouldContain("class=\"warning\"");
    }

    [Fact]
    public async Task A_head_of_chance_weights_is_said_to_mislead()
    {
        var run = await PfeCommand.Run("report", Model("chance.onnx", gain: 300), "--output", Out, "--resamples", "20", "--no-faces");
        run.Code.ShouldBe(0, run.Error);
        run.Output.ShouldContain("warning: MLS is worse than the cosine here");
        File.ReadAllText(Path.Combine(Out, "report.html")).ShouldNotContain("data:image");
    }

    [Fact]
    public async Task What_is_no_model_or_more_than_one_input_is_one_line()
    {
        var text = _folder.File("text.onnx");
        File.WriteAllText(text, "a letter, not a network");
        (await PfeCommand.Run("report", text, "--output", Out)).ShouldFailInOneLine(1, text, "is not an ONNX model");
        (await PfeCommand.Run("report", new ModelStore().Get("base"), "--output", Out))
            .ShouldFailInOneLine(1, "is no probabilistic model", "pfe export");
        (await PfeCommand.Run("report", "nowhere.onnx", "--output", Out)).ShouldFailInOneLine(1, "nowhere.onnx");
        (await PfeCommand.Run("report", text, "faces.safetensors", "--output", Out)).ShouldFailInOneLine(2, "reported on alone");
        (await PfeCommand.Run("report", text, "--model", text, "--output", Out)).ShouldFailInOneLine(2, "give the model once");
        (await PfeCommand.Run("report", text, "--images", _folder.Path, "--output", Out))
            .ShouldFailInOneLine(2, "pfe report photographs --model");
        (await PfeCommand.Run("report", "--output", text)).ShouldFailInOneLine(2, text, "a report is a folder");
        Directory.Exists(Out).ShouldBeFalse();
    }

    private string Out => Path.Combine(_folder.Path, "out");

    private string Model(string name, float gain)
    {
        var (network, description) = new ModelStore().LoadBase("base");
        var random = new Random(1);
        float[] Weights() => [.. Enumerable.Range(0, Size * Size).Select(_ => (float)(random.NextDouble() - 0.5) * 0.1f)];
        float[] All(float value) => [.. Enumerable.Repeat(value, Size)];
        var path = _folder.File(name);
        ProbabilisticModel.Build(network, description, new UncertaintyHead
        {
            Source = network.Outputs[0].Name, Gain = gain, Offset = -7,
            HiddenWeight = Weights(), HiddenScale = All(1), HiddenCentre = All(0), HiddenMean = All(0), HiddenVariance = All(1),
            OutputWeight = Weights(), OutputMean = All(0), OutputVariance = All(1),
        }).Save(path);
        return path;
    }
}
