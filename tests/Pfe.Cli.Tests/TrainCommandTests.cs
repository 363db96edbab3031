using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

public sealed class TrainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_misspelt_key_is_one_line_with_the_key_that_was_meant_and_exit_code_2()
    {
        var run = await PfeCommand.Run("train", Config("\"epoch_sise\": 3,"));
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("did you mean 'epoch_size'?");
        run.Error.TrimEnd().ShouldNotContain("\n");
    }

    [Fact]
    public async Task An_empty_class_folder_is_named_and_nothing_is_left_behind()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "faces", "nobody"));
        var run = await PfeCommand.Run("train", Config(""));
        run.Code.ShouldBe(1);
        run.Error.ShouldContain(Path.Combine("faces", "nobody"));
        run.Error.TrimEnd().ShouldNotContain("\n");
        Directory.Exists(Path.Combine(_folder.Path, "log")).ShouldBeFalse();
    }

    [Fact]
    public async Task Data_on_the_command_line_takes_the_configurations_place() =>
        (await PfeCommand.Run("train", Config(""), "--data", "elsewhere")).Error.ShouldContain("'elsewhere' does not exist");

    [Fact]
    public async Task Neither_configuration_nor_run_is_a_request_that_cannot_be() => (await PfeCommand.Run("train")).Code.ShouldBe(2);

    [Fact]
    public async Task Resumed_after_its_last_step_a_run_ends_in_the_same_bytes_and_knows_its_loss()
    {
        var (run, whole) = await Trained();
        foreach (var file in new[] { "head.safetensors", "model.onnx" }) File.Delete(Path.Combine(run, file));
        var resumed = await PfeCommand.Run("train", "--resume", run, "--json");
        resumed.Code.ShouldBe(0, resumed.Error);
        resumed.Json.GetProperty("loss").GetDouble().ShouldNotBe(0);
        resumed.Json.GetProperty("sigma_spread").GetDouble().ShouldBeGreaterThan(0);
        Files(run).ShouldBe(whole);
        // A run that is all there stays as it is.
        (await PfeCommand.Run("train", "--resume", run)).Code.ShouldBe(0);
        Files(run).ShouldBe(whole);
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_said_and_the_older_one_taken()
    {
        var (run, whole) = await Trained();
        var checkpoints = Directory.GetFiles(run, "checkpoint-*").Order(StringComparer.Ordinal).ToList();
        checkpoints.Count.ShouldBe(2);
        Flip(checkpoints[1]);
        var resumed = await PfeCommand.Run("train", "--resume", run);
        resumed.Code.ShouldBe(0, resumed.Error);
        resumed.Error.ShouldContain("going on from an older checkpoint, step 2");
        resumed.Error.ShouldContain(Path.GetFileName(checkpoints[1]));
        Files(run).ShouldBe(whole);
        foreach (var checkpoint in checkpoints) Flip(checkpoint);
        var refused = await PfeCommand.Run("train", "--resume", run);
        refused.Code.ShouldBe(1);
        refused.Error.ShouldContain("is damaged");
    }

    /// <summary>A run of four steps, its folder, and the bits of what it leaves.</summary>
    private async Task<(string Run, string Whole)> Trained()
    {
        var log = Path.Combine(_folder.Path, "log");
        var trained = await PfeCommand.Run("train", DrawnPeople.Configuration(_folder, log));
        trained.Code.ShouldBe(0, trained.Error);
        var run = Directory.GetDirectories(Path.Combine(log, "x")).ShouldHaveSingleItem();
        return (run, Files(run));
    }

    private static string Files(string run) => string.Join(' ', new[] { "head.safetensors", "model.onnx" }
        .Select(file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(run, file))))));

    private static void Flip(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[^5] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    [Fact]
    public async Task A_folder_that_is_no_run_cannot_be_resumed()
    {
        var run = await PfeCommand.Run("train", "--resume", _folder.Path);
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("not a run's folder");
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_one_line_and_auto_says_what_it_took()
    {
        var config = DrawnPeople.Configuration(_folder, _folder.File("log", "unused"));
        (await PfeCommand.Run("train", config, "--device", "gpu")).ShouldFailInOneLine(2, "there is no device 'gpu'");
        var run = await PfeCommand.Run("train", config, "--device", "cuda:250");
        run.Code.ShouldBe(1, run.Error);
        run.Error.Split('\n').Count(line => line.StartsWith("error: device 'cuda:250' cannot be used: ", StringComparison.Ordinal))
            .ShouldBe(1, run.Error);
        (await PfeCommand.Run("train", config, "--device", "auto")).Error.ShouldContain("device auto: ");
    }

    private string Config(string line)
    {
        var path = _folder.File("config.json");
        File.WriteAllText(path, $$"""
            {
              "name": "x", {{line}}
              "train_dataset_path": "{{Path.Combine(_folder.Path, "faces")}}", "log_base_dir": "{{Path.Combine(_folder.Path, "log")}}"
            }
            """);
        return path;
    }
}
