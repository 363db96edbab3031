using Pfe.TestSupport;
using Pfe.Vision.Models;

namespace Pfe.Cli.Tests;

/// <summary>Whatever a user hands in: one line that names the file, what is wrong and what would be right, the right exit code, and nothing
/// left behind.</summary>
public sealed class BadInputTests : IDisposable
{
    private const string NoFace = "no face found", NoPicture = "not a picture that can be read; JPEG, PNG, WebP, BMP and GIF can be";
    private const string Truncated = "the file is truncated",
        Huge = "30000 x 30000 pixels are more than the 100 million that are decoded; make it smaller first";
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("truncated.jpg", Truncated)]
    [InlineData("text.jpg", NoPicture)]
    [InlineData("huge.png", Huge)]
    public async Task Detect_refuses_a_file_that_is_no_picture(string picture, string reason)
    {
        var path = BadPictures.Write(_folder, picture);
        OneLine(await PfeCommand.Run("detect", path, "--output", Out("list.txt")), 1, path, reason);
        OneLine(await PfeCommand.Run("detect", In, "--output", Out("list.txt"), "--strict"), 1, path, reason);
    }

    [Theory]
    [InlineData("truncated.jpg", Truncated)]
    [InlineData("text.jpg", NoPicture)]
    [InlineData("huge.png", Huge)]
    [InlineData("dot.png", NoFace)]
    [InlineData("blank.png", NoFace)]
    public async Task Align_embed_and_compare_refuse_a_picture_they_cannot_use(string picture, string reason)
    {
        var path = BadPictures.Write(_folder, picture);
        foreach (var strict in new[] { false, true })
        {
            string[] how = strict ? ["--strict"] : [];
            OneLine(await PfeCommand.Run(["align", In, "--output", Out("faces"), .. how]), 1, picture, reason);
            OneLine(await PfeCommand.Run(["embed", In, "--output", Out("e.safetensors"), .. how]), 1, picture, reason);
        }
        OneLine(await PfeCommand.Run("compare", path, path), 1, path, reason);
    }

    [Fact]
    public async Task Detect_finds_no_face_in_a_picture_of_one_pixel()
    {
        var path = BadPictures.Write(_folder, "dot.png");
        var found = await PfeCommand.Run("detect", path, "--json");
        (found.Code, found.Json.GetProperty("without_face").GetInt32(), found.Error).ShouldBe((0, 1, ""));
    }

    [Fact]
    public async Task Two_faces_are_not_compared_until_the_main_one_is_asked_for()
    {
        var (one, two) = (_folder.File("one.png"), _folder.File("two.png"));
        BadPictures.Faces(1).Save(one);
        BadPictures.Faces(2).Save(two);
        OneLine(await PfeCommand.Run("compare", one, two), 1, two, "2 faces found", "--main-face");
        (await PfeCommand.Run("compare", one, two, "--main-face")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task One_bad_picture_among_good_ones_is_counted_and_with_strict_fatal()
    {
        BadPictures.Faces(1).Save(_folder.File("in", "face.png"));
        BadPictures.Write(_folder, "truncated.jpg");
        foreach (var (command, output) in new[] { ("align", "faces"), ("embed", "e.safetensors") })
        {
            (await PfeCommand.Run(command, In, "--output", Out(command + "-strict", output), "--strict"))
                .ShouldFailInOneLine(1, "truncated.jpg", Truncated);
            var run = await PfeCommand.Run(command, In, "--output", Out(command, output), "--json");
            run.Code.ShouldBe(0, run.Error);
            run.Error.Trim().ShouldBe($"left out: truncated.jpg: {Truncated}");
            (run.Json.GetProperty("images").GetInt32(), run.Json.GetProperty("failures").GetArrayLength()).ShouldBe((2, 1));
            Directory.Delete(Path.Combine(_folder.Path, "out"), recursive: true);
        }
    }

    [Fact]
    public async Task A_wrong_model_is_named_with_what_a_right_one_is()
    {
        BadPictures.Noise(112, 112).Save(_folder.File("in", "face.png"));
        var (text, network) = (Text("text.onnx"), new ModelStore().Get("base"));
        string[] embed = ["embed", In, "--aligned", "--output", Out("e.safetensors"), "--model"];
        OneLine(await PfeCommand.Run([.. embed, text]), 1, text, "is not an ONNX model");
        OneLine(await PfeCommand.Run([.. embed, network]), 1, network, "pfe export");
        var face = Path.Combine(In, "face.png");
        OneLine(await PfeCommand.Run("compare", face, face, "--model", text), 1, text, "is not an ONNX model");
        OneLine(await PfeCommand.Run("compare", face, face, "--model", network), 1, network, "pfe export");
    }

    [Fact]
    public async Task Export_refuses_what_is_no_base_no_head_or_has_no_description()
    {
        var (text, undescribed) = (Text("text.onnx"), _folder.File("network.onnx"));
        File.Copy(new ModelStore().Get("base"), undescribed);
        var head = _folder.File("head.safetensors");
        using (var resource = typeof(DefaultModel).Assembly.GetManifestResourceStream("Pfe.Vision.default-head.safetensors")!)
        using (var file = File.Create(head)) resource.CopyTo(file);
        OneLine(await PfeCommand.Run("export", "--base", "base", "--head", text, "--output", Out("m.onnx")), 1, text);
        OneLine(await PfeCommand.Run("export", "--base", text, "--head", head, "--output", Out("m.onnx")), 1, text);
        OneLine(await PfeCommand.Run("export", "--base", undescribed, "--head", head, "--output", Out("m.onnx")), 1, undescribed,
            "has no description");
    }

    [Theory]
    [InlineData("\"epoch_sise\": 3,", 2, "did you mean 'epoch_size'?")]
    [InlineData("\"epoch_size\": \"three\",", 2, "epoch_size")]
    [InlineData("\"epoch_size\": 3", 2, "config.json")]
    [InlineData("", 1, "nobody")]
    public async Task Train_refuses_a_wrong_configuration_and_an_empty_class(string line, int code, string says)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "people", "nobody"));
        var config = _folder.File("config.json");
        File.WriteAllText(config, $$"""
            { "name": "x", {{line}}
              "train_dataset_path": "{{Path.Combine(_folder.Path, "people")}}",
              "log_base_dir": "{{Out("log")}}", "cache_dir": "{{Out("cache")}}" }
            """);
        OneLine(await PfeCommand.Run("train", config), code, says);
    }

    [Fact]
    public async Task Train_refuses_a_base_network_that_is_none()
    {
        var (config, text) = (DrawnPeople.Configuration(_folder, Out("log")), Text("text.onnx"));
        File.WriteAllText(config, File.ReadAllText(config)
            .Replace("\"name\":", $"\"embedding_network\": \"{text}\", \"name\":", StringComparison.Ordinal));
        OneLine(await PfeCommand.Run("train", config), 1, text);
    }

    [Fact]
    public async Task What_can_be_no_output_is_refused_before_the_work()
    {
        BadPictures.Noise(112, 112).Save(_folder.File("in", "face.png"));
        OneLine(await PfeCommand.Run("embed", In, "--aligned", "--output", In), 1, In, "it is a folder");
        OneLine(await PfeCommand.Run("embed", In, "--aligned", "--output", ""), 1, "the output has no name");
        OneLine(await PfeCommand.Run("detect", In, "--output", In), 1, In, "it is a folder");
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_folder_in_the_place_of_a_file_is_called_one_and_an_empty_name_no_name()
    {
        BadPictures.Noise(112, 112).Save(_folder.File("in", "face.png"));
        OneLine(await PfeCommand.Run("search", "--index", In, "--probe", In), 1, In, "it is a folder");
        OneLine(await PfeCommand.Run("index", "build", Out("x.pfi"), In), 1, In, "it is a folder");
        OneLine(await PfeCommand.Run("models", "restore", "--models", ""), 2, "names no folder");
    }

    [Fact]
    public async Task A_pipe_or_device_among_pictures_is_left_out_and_not_waited_for()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/zero is wanted");
        BadPictures.Noise(112, 112).Save(_folder.File("in", "face.png"));
        File.CreateSymbolicLink(_folder.File("in", "endless.png"), "/dev/zero");
        var run = await PfeCommand.Run("embed", In, "--aligned", "--output", Out("e.safetensors"));
        run.Code.ShouldBe(0, run.Error);
        run.Error.ShouldContain("left out: endless.png: it is a pipe or a device, not a file");
    }

    [Fact]
    public async Task A_picture_in_the_place_of_a_folder_is_called_one()
    {
        var path = BadPictures.Write(_folder, "blank.png");
        foreach (var command in new[] { "align", "embed" })
            OneLine(await PfeCommand.Run(command, path, "--output", Out("out")), 1, path, "is a picture");
    }

    public void Dispose() => _folder.Dispose();

    private string In => Path.Combine(_folder.Path, "in");

    private string Out(params string[] parts) => Path.Combine([_folder.Path, "out", .. parts]);

    private string Text(string name)
    {
        File.WriteAllText(_folder.File(name), "a letter, not a network");
        return _folder.File(name);
    }

    private void OneLine(PfeCommand run, int code, params string[] says)
    {
        run.ShouldFailInOneLine(code, says);
        var output = Path.Combine(_folder.Path, "out");
        if (Directory.Exists(output)) Directory.GetFiles(output, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }
}
