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
    public async Task A_folder_that_is_no_run_cannot_be_resumed()
    {
        var run = await PfeCommand.Run("train", "--resume", _folder.Path);
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("not a run's folder");
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
