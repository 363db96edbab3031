using System.Text.Json;
using Pfe.Scoring;

namespace Pfe.Cli.Tests;

/// <summary>From a base's checkpoint to a score: ProbFace's head on several layers, trained with its loss.</summary>
public sealed class ProbFaceTrainingTests
{
    [Fact]
    public async Task A_head_with_one_variance_a_face_is_trained_joined_and_scored()
    {
        using var world = new ReferenceWorld();
        string At(string path) => Path.Combine(world.Folder, path);
        async Task<PfeCommand> Do(params string[] args)
        {
            var run = await PfeCommand.Run(args);
            run.Code.ShouldBe(0, $"{string.Join(' ', args)}\n{run.Error}");
            return run;
        }
        await Do("align", At("data/ldmark_lfw_mtcnncaffe.txt"), At("aligned"), "--prefix", At("lfw/images"), "--transpose_input",
            "--image_size", "96", "112");
        await Do("import-tf", At("pretrained/sphere64_casia_am"), "--output", At("base.onnx"));
        File.WriteAllText(At("config.json"), JsonSerializer.Serialize(new
        {
            name = "probface", log_base_dir = At("log"), train_dataset_path = At("aligned"), embedding_network = At("base.onnx"),
            cache_dir = At("cache"),
            uncertainty_module = "probface", head_input = "feature_map", pooled_inputs = new[] { "conv1/0/prelu", "conv4/0/prelu" },
            loss_weights = new { mls_loss = 1, output_constraint_loss = 0.001, discriminate_loss = 0.001 }, output_constraint_type = "L2",
            batch_format = new { size = 8, num_classes = 4 }, epoch_size = 4, num_epochs = 1, summary_interval = 1, threads = 1,
        }));
        await Do("train", At("config.json"));
        var model = Directory.GetFiles(At("log"), "model.onnx", SearchOption.AllDirectories).Single();
        await Do("embed", At("aligned"), "--aligned", "--model", model, "--output", At("faces.safetensors"));
        using (var faces = EmbeddingSet.Load(At("faces.safetensors")))
        {
            ScalarVariance.IsScalar(faces).ShouldBeTrue();
            Enumerable.Range(0, faces.Count).Select(row => faces.LogVariance(row)[0]).Distinct().Count().ShouldBeGreaterThan(1);
        }
        var eval = await Do("eval", "lfw", "--pairs", At("proto/lfw_pairs.txt"), "--features", At("faces.safetensors"), "--risk", "Maximum",
            "--resamples", "0", "--json");
        eval.Json.GetProperty("prob_face").GetProperty("accuracy").GetDouble().ShouldBeInRange(0, 1);
        eval.Json.GetProperty("risk").GetProperty("levels")[0].GetProperty("scores")[2].GetProperty("score").GetString()
            .ShouldBe("prob_face");
    }
}
