using Pfe.TestSupport;
using Pfe.TestSupport.TensorFlow;

namespace Pfe.Cli.Tests;

public sealed class ReproduceCommandTests
{
    [Fact]
    public async Task The_table_has_two_rows_a_model_and_equals_what_the_protocols_say_one_by_one()
    {
        using var world = new ReferenceWorld();
        string At(string path) => Path.Combine(world.Folder, path);
        var (model, work) = (At("pretrained/PFE_sphere64_casia_am"), At("work"));
        string[] args = ["reproduce", "--model", model, "--base", At("pretrained/sphere64_casia_am"), "--name", "tiny | net", "--lfw",
            At("lfw/images"),
            "--lfw-pairs", At("proto/lfw_pairs.txt"), "--lfw-landmarks", At("data/ldmark_lfw_mtcnncaffe.txt"), "--templates",
                At("ijba/images"),
            "--crop", At("proto/IJB-A/metadata.csv"), "--ijba", At("proto/IJB-A"), "--template-landmarks",
                At("data/ldmark_ijba_mtcnncaffe.txt"),
            "--transpose-input", "--work", work, "--markdown", At("table.md"), "--models", At("models")];
        var run = await PfeCommand.Run([.. args, "--json"]);
        run.Code.ShouldBe(0, run.Error);
        var rows = run.Json.GetProperty("rows").EnumerateArray().ToList();
        rows.Select(row => row.GetProperty("method").GetString()).ShouldBe(["Baseline", "PFE"]);
        rows[0].GetProperty("tar_deviation").GetDouble().ShouldBeGreaterThanOrEqualTo(0);
        run.Json.GetProperty("templates").GetString().ShouldBe("IJB-A 1:1, 2 splits");
        File.ReadAllText(At("table.md")).ShouldContain("| tiny \\| net | PFE |");

        // The same model step by step.
        (await PfeCommand.Run("embed", At("lfw/images"), "--landmarks", At("data/ldmark_lfw_mtcnncaffe.txt"), "--transpose-input",
            "--model", model,
            "--output", At("lfw.safetensors"), "--models", At("models"))).Code.ShouldBe(0);
        var lfw = await PfeCommand.Run("eval", "lfw", "--pairs", At("proto/lfw_pairs.txt"), "--features", At("lfw.safetensors"), "--json");
        var scores = lfw.Json.GetProperty("scores").EnumerateArray().ToDictionary(score => score.GetProperty("score").GetString()!);
        rows[0].GetProperty("lfw_accuracy").GetDouble().ShouldBe(scores["cosine"].GetProperty("accuracy").GetDouble());
        rows[1].GetProperty("lfw_accuracy").GetDouble().ShouldBe(scores["mutual_likelihood"].GetProperty("accuracy").GetDouble());

        // A second run goes on from what is there: nothing is embedded again, and the text says the same.
        var kept = Directory.GetFiles(work, "*.safetensors").ToDictionary(path => path, File.GetLastWriteTimeUtc);
        kept.Count.ShouldBe(4);
        var again = await PfeCommand.Run(args);
        again.Output.ShouldContain("tiny | net  Baseline");
        again.Output.ShouldContain("LFW");
        Directory.GetFiles(work, "*.safetensors").ToDictionary(path => path, File.GetLastWriteTimeUtc).ShouldBe(kept, ignoreOrder: true);
    }

    [Fact]
    public async Task Options_that_do_not_belong_together_are_named()
    {
        (await PfeCommand.Run("reproduce", "--model", "a", "b", "--base", "c", "--lfw", "x", "--lfw-pairs", "y"))
            .ShouldFailInOneLine(2, "1 --base for 2 --model");
        using var world = new ReferenceWorld();
        (await PfeCommand.Run("reproduce", "--model", Path.Combine(world.Folder, "pretrained", "PFE_sphere64_casia_am"), "--lfw", "x",
            "--lfw-pairs", "y",
            "--ijba", "z", "--models", Path.Combine(world.Folder, "models"), "--work", Path.Combine(world.Folder, "work")))
                .ShouldFailInOneLine(2, "--templates");
    }

    /// <summary>
    /// Checkpoints of the published networks' full size in the published layout: whoever holds the real ones needs no other command than
    /// this
    /// one. Minutes and gigabytes, so only when asked for: <c>dotnet test --project tests/Pfe.Cli.Tests -- --explicit only</c>.
    /// </summary>
    [Fact(Explicit = true)]
    public async Task SphereNet_64_checkpoints_of_full_size_go_through_the_same_command()
    {
        using var world = new ReferenceWorld();
        string At(string path) => Path.Combine(world.Folder, path);
        foreach (var (name, head) in new[] { ("base64", false), ("pfe64", true) })
        {
            var network = new NaiveSphereNet([3, 8, 16, 3], [64, 128, 256, 512], 96, 112, 512, head);
            network.Write(new CheckpointWriter(), Path.Combine(Directory.CreateDirectory(At(name)).FullName, "ckpt-3000"));
        }
        var run = await PfeCommand.Run("reproduce", "--model", At("pfe64"), "--base", At("base64"), "--name", "64-CNN", "--lfw",
            At("lfw/images"),
            "--lfw-pairs", At("proto/lfw_pairs.txt"), "--lfw-landmarks", At("data/ldmark_lfw_mtcnncaffe.txt"), "--templates",
                At("ijba/images"),
            "--crop", At("proto/IJB-A/metadata.csv"), "--ijba", At("proto/IJB-A"), "--template-landmarks",
                At("data/ldmark_ijba_mtcnncaffe.txt"),
            "--transpose-input", "--work", At("work"), "--models", At("models"), "--json");
        run.Code.ShouldBe(0, run.Error);
        run.Json.GetProperty("rows").GetArrayLength().ShouldBe(2);
        new FileInfo(Directory.GetFiles(At("models"), "imported-*.onnx").ShouldHaveSingleItem()).Length.ShouldBeGreaterThan(150_000_000);
    }
}
