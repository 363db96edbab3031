using Pfe.Training.Configuration;
using Pfe.Training.Configuration.Reference;

namespace Pfe.Training.Tests.Configuration.Reference;

public sealed class ProbFaceConfigTests
{
    // The kinds of Python in ProbFace's configfig/resface64_msarcface.py, with its keys and numbers.
    private const string ResFace = """
        name = 'resface64'
        train_dataset_path = r"F:\data\faces"
        test_data_dir_mx = r'F:\data\test'
        image_size = [96, 96]
        preprocess_train = [
            ['resize', (image_size[0], image_size[1])],
            ['random_flip'],
            ['standardize', 'mean_scale'],
        ]
        preprocess_test = [['resize', (image_size[-2], image_size[1])], ['standardize', 'mean_scale']]
        num_gpus = 1
        embedding_network = "models/resface64_relu.py"
        uncertainty_module = "models/uncertainty_module.py"
        uncertainty_module_input = "conv_final"
        embedding_size = 256
        uncertainty_module_output_size = 1
        base_random_seed = 0
        batch_size = 128
        batch_format = {'size': batch_size, 'num_classes': batch_size // 4}
        epoch_size = 1000
        num_epochs = 12
        learning_rate_strategy = 'step'
        lr = 1e-2
        learning_rate_schedule = {0: 1 * lr, num_epochs/4*2000: 0.1 * lr, num_epochs/4*3000: 0.1 * lr}
        restore_model = r'log/resface64/20200122-214343-arc'
        restore_scopes = None
        exclude_restore_scopes = ['center_loss', 'centers', 'UncertaintyModule']
        weight_decay = 5e-4
        keep_prob = 1.0
        discriminat_metric_type = 'triplet_semihard'
        loss_weights = {'mls_loss': 1.0, 'output_constraint_loss': 0.001, 'discriminate_loss': 0.001}
        output_constraint_type = 'L2'
        """;

    [Fact]
    public void Its_configuration_becomes_its_head_and_its_loss()
    {
        var converted = ReferenceConfig.Convert(ResFace, "resface64.py");
        var config = converted.Config;
        (config.UncertaintyModule, config.UncertaintyModuleOutputSize).ShouldBe(("probface", 1));
        (config.OutputConstraintType, config.DiscriminatMetricType).ShouldBe(("L2", "triplet_semihard"));
        config.LossWeights.ShouldBe(new LossWeights { MlsLoss = 1, OutputConstraintLoss = 0.001, DiscriminateLoss = 0.001 });
        config.BatchFormat.ShouldBe(new BatchFormat { Size = 128, NumClasses = 32 });
        config.LearningRateSchedule.Keys.ShouldBe(["0", "6000", "9000"]);
        config.EmbeddingNetwork.ShouldBe("log/resface64/20200122-214343-arc.onnx");
        config.PooledInputs.ShouldBeEmpty();
        config.PreprocessTest![0][1].EnumerateArray().Select(side => side.GetInt32()).ShouldBe([96, 96]);
        config.PreprocessTrain![2][1].GetString().ShouldBe("mean_scale_128");
        converted.UnknownKeys.ShouldBe(["test_data_dir_mx (line 3)"]);
        converted.Notes.ShouldNotContain(note => note.Contains("restore_scopes"));
        // What is written is read again.
        TrainingConfigFile.Parse(System.Text.Encoding.UTF8.GetBytes(TrainingConfigFile.ToJson(config)), "again.json")
            .LossWeights.ShouldBe(config.LossWeights);
    }

    [Fact]
    public void A_head_on_all_stages_names_them()
    {
        var converted = ReferenceConfig.Convert(ResFace.Replace("resface64_relu.py", "resface64_relu_m.py"), "resface64m.py");
        converted.Config.PooledInputs.ShouldBe(["conv1/unit3", "conv2/unit8", "conv3/unit16", "conv4/unit3"]);
        converted.Notes.ShouldContain(note => note.Contains("gives its head all stages"));
    }

    [Fact]
    public void A_head_that_reads_the_image_is_said_to_be_none_of_ours() =>
        ReferenceConfig.Convert(ResFace.Replace("\"conv_final\"", "\"images\""), "x.py")
            .Notes.ShouldContain(note => note.Contains("it cannot read the image"));

    [Fact]
    public void The_references_own_configuration_keeps_its_head() =>
        ReferenceConfig.Convert("name = 'a'\ntrain_dataset_path = 'b'\n", "a.py").Config.UncertaintyModule.ShouldBe("fc");
}
