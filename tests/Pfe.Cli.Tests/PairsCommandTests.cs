using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

public sealed class PairsCommandTests
{
    [Fact]
    public async Task A_folder_gets_a_pairs_file_that_eval_lfw_reads()
    {
        using var folder = new TemporaryFolder();
        string[] names = [.. from p in Enumerable.Range(0, 12) from i in Enumerable.Range(0, 3)
            select $"person {p}/{100 * p + i:00000}.jpg"];
        foreach (var (n, name) in names.Index()) BadPictures.Noise(24, 24, n).Save(folder.File(["people", .. name.Split('/')]));
        var (people, pairs) = (Path.Combine(folder.Path, "people"), folder.File("pairs.txt"));
        var run = await PfeCommand.Run("pairs", people, "--output", pairs, "--folds", "3", "--pairs", "5", "--json");
        run.Code.ShouldBe(0, run.Error);
        run.Json.GetProperty("pairs_per_fold").GetInt32().ShouldBe(5);
        var random = new Random(1);
        using (var faces = new EmbeddingSet(4, [.. Enumerable.Range(0, 4 * names.Length).Select(_ => (float)random.NextDouble())],
            new float[4 * names.Length], names))
            faces.Save(folder.File("f.safetensors"));
        var eval = await PfeCommand.Run("eval", "lfw", "--pairs", pairs, "--features", folder.File("f.safetensors"), "--resamples", "0",
            "--json");
        eval.Code.ShouldBe(0, eval.Error);
        eval.Json.GetProperty("pairs_left_out").GetInt32().ShouldBe(0);
        (await PfeCommand.Run("pairs", people, "--output", pairs))
            .ShouldFailInOneLine(1, "the folder's 12 persons give at most 0 pairs of each kind in each of 10 folds, 300 are wanted");
    }
}
