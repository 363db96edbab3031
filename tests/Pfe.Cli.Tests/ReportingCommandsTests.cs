using System.Text.Json;
using Pfe.Calibration;
using Pfe.Onnx;
using Pfe.Samples.Cookbook;
using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

/// <summary>calibrate, threshold, quality and report on generated faces, exactly as typed.</summary>
public sealed class ReportingCommandsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _features;

    public ReportingCommandsTests()
    {
        _features = _folder.File("people.safetensors");
        SimulatedFaces.Draw(persons: 80, images: 6).Save(_features);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Calibrate_writes_a_calibration_that_quality_uses()
    {
        var calibration = _folder.File("calibration.json");
        var run = await PfeCommand.Run("calibrate", _features, "--output", calibration, "--json");
        run.Code.ShouldBe(0, run.Error);
        using var result = JsonDocument.Parse(run.Output);
        result.RootElement.GetProperty("genuine_pairs").GetInt32().ShouldBe(80 * 15);
        double Number(string name) => result.RootElement.GetProperty(name).GetDouble();
        Number("cllr").ShouldBeInRange(0, 0.5);
        Number("cllr").ShouldBeInRange(Number("cllr_low"), Number("cllr_high"));
        Number("expected_calibration_error")
            .ShouldBeInRange(Number("expected_calibration_error_low"), Number("expected_calibration_error_high"));
        var quality = await PfeCommand.Run("quality", _features, "--calibration", calibration, "--json");
        quality.Code.ShouldBe(0, quality.Error);
        using var faces = JsonDocument.Parse(quality.Output);
        var values = faces.RootElement.GetProperty("faces").EnumerateArray().Select(face => face.GetProperty("quality").GetDouble())
            .ToList();
        values.Count.ShouldBe(480);
        values.ShouldBe(values.Order());
        faces.RootElement.GetProperty("reference").GetString().ShouldBe("people.safetensors");
    }

    [Fact]
    public async Task Calibrate_writes_the_calibration_into_a_model_that_made_the_faces()
    {
        var (features, output) = (_folder.File("faces.safetensors"), _folder.File("calibrated.onnx"));
        SimulatedFaces.Draw(persons: 30, images: 4, dimension: 512).Save(features);
        var run = await PfeCommand.Run("calibrate", features, "--output", output, "--source", "drawn faces");
        run.Code.ShouldBe(0, run.Error);
        run.Output.ShouldContain("persons the check's fit never saw: ECE");
        ScoreCalibration.FromMetadata(OnnxModel.Load(output).Metadata, output)!.Source.ShouldBe("drawn faces");
    }

    [Fact]
    public async Task Threshold_states_its_interval_and_refuses_a_rate_that_the_pairs_cannot_support()
    {
        var found = await PfeCommand.Run("threshold", _features, "--fmr", "1e-3", "--json");
        found.Code.ShouldBe(0, found.Error);
        using var result = JsonDocument.Parse(found.Output);
        var (low, high) = (result.RootElement.GetProperty("low").GetDouble(), result.RootElement.GetProperty("high").GetDouble());
        result.RootElement.GetProperty("threshold").GetDouble().ShouldBeInRange(low, high);
        var refused = await PfeCommand.Run("threshold", _features, "--fmr", "1e-6");
        refused.Code.ShouldBe(1);
        refused.Error.ShouldContain("cannot support the false-match rate 1E-6");
        refused.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Report_writes_a_page_with_the_users_groups_and_no_faces()
    {
        var groups = _folder.File("groups.csv");
        using (var faces = EmbeddingSet.Load(_features))
            File.WriteAllLines(groups,
                ["path,group", .. faces.Paths.Select((path, row) => $"{path},{(row / 6 % 2 == 0 ? "even" : "odd")}")]);
        var run = await PfeCommand.Run(
            "report", _features, "--groups", groups, "--no-faces", "--resamples", "20", "--output", _folder.File("out", "x", ".."),
            "--json");
        run.Code.ShouldBe(0, run.Error);
        using var result = JsonDocument.Parse(run.Output);
        result.RootElement.GetProperty("figures").EnumerateArray().Select(name => name.GetString()).ShouldContain("subgroups");
        File.ReadAllText(result.RootElement.GetProperty("page").GetString()!).ShouldNotContain("data:image");
    }

    [Fact]
    public async Task A_report_to_be_shared_holds_no_name_of_a_picture_and_refuses_a_folder_that_does()
    {
        for (var i = 0; i < 4; i++)
            BadPictures.Faces(1).Save(_folder.File("photographs", i < 2 ? "Secret_Ann" : "Secret_Bob", $"{i}.png"));
        var (photographs, output) = (Path.Combine(_folder.Path, "photographs"), Path.Combine(_folder.Path, "shared"));
        string[] report = ["report", photographs, "--no-faces", "--resamples", "2", "--output", output];
        var run = await PfeCommand.Run(report);
        run.Code.ShouldBe(0, run.Error);
        foreach (var path in Directory.GetFiles(output, "*", SearchOption.AllDirectories))
        {
            path.ShouldNotEndWith(".safetensors");
            System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(path)).Contains("Secret_", StringComparison.Ordinal)
                .ShouldBeFalse(path);
        }
        File.WriteAllText(Path.Combine(output, "photographs.safetensors"), "of an earlier report");
        (await PfeCommand.Run(report)).ShouldFailInOneLine(2, "photographs.safetensors", "every image's path");
    }

    [Fact]
    public async Task A_groups_file_that_names_some_strangers_and_leaves_some_faces_out_is_used_and_counted()
    {
        var groups = _folder.File("groups.csv");
        using (var faces = EmbeddingSet.Load(_features))
            File.WriteAllLines(groups, ["path,group", "nobody/0.png,x", .. faces.Paths.Take(120).Select(path => $"{path},some")]);
        var run = await PfeCommand.Run(
            "report", _features, "--groups", groups, "--resamples", "20", "--output", _folder.File("out", "x", ".."), "--json");
        run.Code.ShouldBe(0, run.Error);
        run.Json.GetProperty("summary").GetProperty("groups").GetString().ShouldBe("1; 360 of 480 faces are in none, 1 lines name no face");
    }

    [Fact]
    public async Task Mistakes_get_one_line_and_the_right_exit_code()
    {
        var wrongColumns = _folder.File("wrong.csv");
        File.WriteAllText(wrongColumns, "file,group\na,b\n");
        var strangers = _folder.File("strangers.csv");
        File.WriteAllText(strangers, "path,group\nnobody/0.png,x\n");
        var few = _folder.File("few.csv");
        File.WriteAllText(few, "path,quality\nperson00000/000.png,3\n");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "empty"));
        var oneImageEach = _folder.File("one-each.safetensors");
        SimulatedFaces.Draw(persons: 5, images: 1).Save(oneImageEach);
        var onePerson = _folder.File("one-person.safetensors");
        SimulatedFaces.Draw(persons: 1, images: 5).Save(onePerson);
        var (tooFew, half) = (_folder.File("too-few.safetensors"), _folder.File("half.safetensors"));
        SimulatedFaces.Draw(persons: 4, images: 3).Save(tooFew);
        SimulatedFaces.Draw(persons: 7, images: 5).Save(half);
        (string[] Args, int Code, string Says)[] cases =
        [
            (["threshold", _features, "--fmr", "2"], 2, "between 0 and 1"),
            (["threshold", _features, "--fmr", "0.1", "--score", "magic"], 2, "mls, shared or cosine"),
            (["calibrate", _features, "--output", _folder.File("x.onnx")], 1, "they come from another model"),
            (["calibrate", _features, "--output", _folder.File("x.onnx"), "--model", "base"], 1, "is no probabilistic model"),
            (["calibrate", _features, "--output", _folder.File("x.json"), "--model", "base"], 2,
                "with --model the output is an .onnx file"),
            (["calibrate", tooFew, "--output", _folder.File("x.json")], 1, "are too few; a calibration needs 30 and 300"),
            (["calibrate", half, "--output", _folder.File("x.json")], 1, "half of the 7 persons are set aside to check the fit"),
            (["quality", _features, "--calibration", _folder.File("none.json")], 2, "there is no calibration"),
            (["quality", _folder.File("none.safetensors")], 1, "none.safetensors"),
            (["report", _features, "--groups", wrongColumns, "--output", _folder.File("r", "x")], 1,
                "line 1: expected the columns path and group"),
            (["report", _features, "--groups", strangers, "--output", _folder.File("r", "x")], 1,
                "names none of the images; its paths must be like 'person00000/000.png'"),
            (["report", _features, "--quality", few, "--output", _folder.File("r", "x")], 1, "says nothing of 'person00000/001.png'"),
            (["report", _features, "--images", Path.Combine(_folder.Path, "empty"), "--output", _folder.File("r", "x")], 1,
                "none of the images is in"),
            (["report", _features, "--images", "nowhere", "--output", _folder.File("r", "x")], 2, "there is no folder 'nowhere'"),
            (["report", _features, "--resamples", "1", "--output", _folder.File("r", "x")], 2, "--resamples is at least 2"),
            (["report", _features, "--output", wrongColumns], 2, "is a file; a report is a folder"),
            (["report", Path.Combine(_folder.Path, "empty"), "--output", _folder.File("r", "x")], 1, "there is no picture"),
            (["report", wrongColumns, "--output", _folder.File("r", "x")], 1, "is not a safetensors file"),
            (["report", oneImageEach, "--output", _folder.File("r", "x")], 1,
                "make 0 genuine and 10 impostor pairs; both kinds are needed"),
            (["report", onePerson, "--output", _folder.File("r", "x")], 1, "make 10 genuine and 0 impostor pairs; both kinds are needed"),
            (["explain", "face.jpg", "--output", "map.gif"], 2, ".png or an .svg"),
        ];
        foreach (var (args, code, says) in cases)
        {
            var run = await PfeCommand.Run(args);
            run.Code.ShouldBe(code, string.Join(' ', args) + ": " + run.Error);
            run.Error.Trim().Split('\n').Count(line => line.StartsWith("error:", StringComparison.Ordinal)).ShouldBe(1);
            run.Error.ShouldContain(says);
        }
    }
}
