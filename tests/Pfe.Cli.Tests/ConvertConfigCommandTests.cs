using System.Text.Json;
using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

public sealed class ConvertConfigCommandTests : IDisposable
{
    private const string Config =
        "import os\nname = 'x'\ntrain_dataset_path = 'faces'\nnum_gpus = 2\ntypo = 1\nlr = 0.01\nlearning_rate_schedule = {0: lr}\n";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private async Task<PfeCommand> Run(string config, params string[] more)
    {
        File.WriteAllText(_folder.File("config.py"), config);
        return await PfeCommand.Run(["convert-config", _folder.File("config.py"), "--out", _folder.File("config.json"), .. more]);
    }

    [Fact]
    public async Task The_json_is_written_and_what_was_left_out_is_said()
    {
        var (code, output, error) = await Run(Config);
        code.ShouldBe(0);
        output.ShouldContain("pfe train");
        error.ShouldContain("unknown key, left out: typo (line 5)");
        error.ShouldContain("note: num_gpus is left out");
        using var json = JsonDocument.Parse(File.ReadAllText(_folder.File("config.json")));
        json.RootElement.GetProperty("learning_rate_schedule").GetProperty("0").GetDouble().ShouldBe(0.01);
    }

    [Fact]
    public async Task Json_output_is_one_document()
    {
        var (code, output, _) = await Run(Config, "--json", "--base", "net.onnx");
        code.ShouldBe(0);
        using var json = JsonDocument.Parse(output);
        json.RootElement.GetProperty("unknown_keys")[0].GetString().ShouldBe("typo (line 5)");
        json.RootElement.GetProperty("notes").GetArrayLength().ShouldBe(1);
        File.ReadAllText(_folder.File("config.json")).ShouldContain("\"embedding_network\": \"net.onnx\"");
    }

    [Fact]
    public async Task Code_is_refused_in_one_line_and_nothing_is_written()
    {
        var (code, output, error) = await Run("name = 'x'\ntrain_dataset_path = __import__('os').getcwd()\n");
        code.ShouldBe(2);
        output.ShouldBeEmpty();
        error.ShouldContain("config.py(2): '__import__' cannot be converted here");
        error.Trim().ShouldNotContain('\n');
        File.Exists(_folder.File("config.json")).ShouldBeFalse();
    }
}
