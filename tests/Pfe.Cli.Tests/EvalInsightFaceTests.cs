using System.Text;
using System.Text.Json;
using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

public sealed class EvalInsightFaceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Two images a person, well apart from the other persons; the variances differ.</summary>
    private string Features(int persons, Func<int, string> name)
    {
        var (mu, logVariance) = (new float[2 * persons * 32], new float[2 * persons * 32]);
        for (var row = 0; row < 2 * persons; row++)
        {
            (mu[row * 32 + row / 2 % 28], mu[row * 32 + 28 + row % 4]) = (0.96f, 0.28f);
            for (var l = 0; l < 32; l++) logVariance[row * 32 + l] = -4f - 0.1f * ((row + l) % 5) - row % 3;
        }
        var path = _folder.File("f.safetensors");
        new EmbeddingSet(32, mu, logVariance, [.. Enumerable.Range(0, 2 * persons).Select(name)]).Save(path);
        return path;
    }

    /// <summary>A protocol 0 pickle of 20 pairs; images 2n and 2n + 1 are of one person in the even pairs.</summary>
    private string Bin()
    {
        var pickle = new StringBuilder("((l");
        for (var n = 0; n < 40; n++) pickle.Append("S'image'\na");
        pickle.Append("(l");
        for (var n = 0; n < 20; n++) pickle.Append(n % 2 == 0 ? "I01\na" : "I00\na");
        var path = _folder.File("calfw.bin");
        File.WriteAllText(path, pickle.Append("t.").ToString());
        return path;
    }

    // In the odd pairs, the impostors, the right image shows the person of the odd pair before.
    private static string NameInSet(int row) => $"calfw/{(row % 4 == 3 ? (row + 4) % 40 : row):D5}.jpg";

    [Fact]
    public async Task Bin_prints_the_ten_folds_accuracy_of_three_scores_from_kept_features()
    {
        var (code, output, error) = await PfeCommand.Run("eval", "bin", Bin(), "--features", Features(20, NameInSet), "--resamples", "20");
        error.ShouldBeEmpty();
        code.ShouldBe(0);
        output.ShouldContain("calfw, 10 folds: 10 genuine and 10 impostor pairs of 40 images");
        output.ShouldContain("MLS");
        output.ShouldContain("100.00");
    }

    [Fact]
    public async Task Bin_writes_the_result_as_json()
    {
        var (code, output, _) = await PfeCommand.Run(
            "eval", "bin", Bin(), "--features", Features(20, NameInSet), "--resamples", "0", "--json");
        code.ShouldBe(0);
        using var json = JsonDocument.Parse(output);
        (json.RootElement.GetProperty("folds").GetInt32(), json.RootElement.GetProperty("impostor_pairs").GetInt32()).ShouldBe((10, 10));
        json.RootElement.GetProperty("scores")[0].GetProperty("accuracy").GetDouble().ShouldBe(1);
    }

    [Fact]
    public async Task Bin_refuses_a_pickle_that_wants_to_run_something_in_one_line()
    {
        var path = _folder.File("evil.bin");
        File.WriteAllText(path, "cos\nsystem\n(S'id'\ntR.");
        var (code, output, error) = await PfeCommand.Run("eval", "bin", path, "--features", Features(20, row => $"{row}"));
        code.ShouldBe(1);
        output.ShouldBeEmpty();
        error.ShouldContain("asks for 'os.system', which is refused");
        error.Trim().ShouldNotContain('\n');
    }

    [Fact]
    public async Task Insightface_ijb_prints_the_blocks_and_names_a_bad_line()
    {
        File.WriteAllLines(_folder.File("meta", "ijbb_face_tid_mid.txt"), Enumerable.Range(0, 40).Select(n => $"{n}.jpg {n} {n}"));
        var labels = _folder.File("meta", "ijbb_template_pair_label.txt");
        File.WriteAllLines(labels,
            from a in Enumerable.Range(0, 40) from b in Enumerable.Range(a + 1, 39 - a) select $"{a} {b} {(a / 2 == b / 2 ? 1 : 0)}");
        var features = Features(20, row => $"loose_crop/{row}.jpg");
        var (code, output, error) =
            await PfeCommand.Run("eval", "insightface-ijb", "--protocol", _folder.Path, "--features", features, "--resamples", "0");
        code.ShouldBe(0, error);
        output.ShouldContain("IJB-B 1:1, InsightFace's files: 20 genuine and 760 impostor template pairs");
        output.ShouldContain("Uncertainty pooling, MLS");

        File.AppendAllText(labels, "1 2\n");
        (code, _, error) = await PfeCommand.Run("eval", "insightface-ijb", "--protocol", _folder.Path, "--features", features);
        code.ShouldBe(1);
        error.ShouldContain("ijbb_template_pair_label.txt', line 781: expected 'template1 template2 label'");
    }

    [Fact]
    public async Task Insightface_ijb_wants_the_folder_or_both_files()
    {
        var (code, _, error) = await PfeCommand.Run("eval", "insightface-ijb", "--features", "x", "--face-tid-mid", "a");
        code.ShouldBe(2);
        error.ShouldContain("give either --protocol");
    }
}
