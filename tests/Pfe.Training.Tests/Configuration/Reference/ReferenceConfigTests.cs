using System.Text.Json;
using Pfe.TestSupport;
using Pfe.Training.Configuration;
using Pfe.Training.Configuration.Reference;

namespace Pfe.Training.Tests.Configuration.Reference;

public sealed class ReferenceConfigTests
{
    // The keys and values of the reference's configuration for CASIA, in the same kinds of Python.
    private const string Casia = """
        '''docstring'''
        import os
        name = 'sphere64_casia_am_PFE'
        log_base_dir = './log/'
        summary_interval = 100
        train_dataset_path = "./data/list_casia_mtcnncaffe_aligned_nooverlap.txt"
        image_size = [112, 96]
        channels = 3 # colour
        preprocess_train = [['center_crop', (112, 96)], ['random_flip'],
            ['standardize', 'mean_scale'],]
        preprocess_test = [
            ['center_crop', (112, 96)],
            ['standardize', 'mean_scale'],
        ]
        num_gpus = 1
        embedding_network = "models/sphere_net_PFE.py"
        uncertainty_module = "models/uncertainty_module.py"
        embedding_size = 512
        base_random_seed = 0
        batch_format = {'size': 256, 'num_classes': 64}
        epoch_size = 1000
        num_epochs = 3
        learning_rate_strategy = 'step'
        lr = 1e-3
        learning_rate_schedule = {
            0:    1 * lr,
            2000: 0.1 * lr,
        }
        restore_model = './pretrained/sphere64_casia_am'
        restore_scopes = ['SphereNet/conv', 'SphereNet/Bot']
        weight_decay = 5e-4
        keep_prob = 1.0
        """;

    [Theory]
    [InlineData("sphere64_casia.json", "2000", 3, "./data/list_casia_mtcnncaffe_aligned_nooverlap.txt", "sphere64_casia_am")]
    [InlineData("sphere64_msarcface.json", "8000", 12, "data/ms_arcface", "sphere64_msarcface_am")]
    public void The_demos_two_configurations_are_shipped_as_their_conversions(
        string file, string second, int epochs, string data, string network)
    {
        var text = Casia.Replace("2000:", second + ":").Replace("num_epochs = 3", $"num_epochs = {epochs}")
            .Replace("./data/list_casia_mtcnncaffe_aligned_nooverlap.txt", data).Replace("sphere64_casia_am", network);
        var converted = ReferenceConfig.Convert(text, "config.py").Config;
        var shipped = TrainingConfigFile.Load(Path.Combine(TestData.RepoRoot, "configs", file));
        shipped.Schema.ShouldBe("../docs/config.schema.json");
        shipped.Schema = null;
        TrainingConfigFile.ToJson(converted).ShouldBe(TrainingConfigFile.ToJson(shipped));
    }

    [Fact]
    public void Every_key_keeps_its_value()
    {
        var config = ReferenceConfig.Convert(Casia, "config.py").Config;
        (config.Name, config.LogBaseDir, config.SummaryInterval, config.TrainDatasetPath)
            .ShouldBe(("sphere64_casia_am_PFE", "./log/", 100, "./data/list_casia_mtcnncaffe_aligned_nooverlap.txt"));
        config.ImageSize.ShouldBe([112, 96]);
        JsonSerializer.Serialize(config.PreprocessTrain)
            .ShouldBe("""[["center_crop",[112,96]],["random_flip"],["standardize","mean_scale"]]""");
        JsonSerializer.Serialize(config.PreprocessTest).ShouldBe("""[["center_crop",[112,96]],["standardize","mean_scale"]]""");
        (config.UncertaintyModule, config.EmbeddingSize, config.BaseRandomSeed, config.BatchFormat.Size, config.BatchFormat.NumClasses)
            .ShouldBe(("fc", 512, 0, 256, 64));
        (config.EpochSize, config.NumEpochs, config.LearningRateStrategy, config.WeightDecay, config.KeepProb)
            .ShouldBe((1000, 3, "step", 5e-4, 1.0));
        config.LearningRateSchedule.ShouldBe(new Dictionary<string, double> { ["0"] = 1e-3, ["2000"] = 1e-4 });
    }

    [Fact]
    public void The_base_becomes_the_imported_checkpoint_or_the_file_that_is_named()
    {
        var plain = ReferenceConfig.Convert(Casia, "config.py");
        (plain.Config.EmbeddingNetwork, plain.Config.RestoreModel).ShouldBe(("./pretrained/sphere64_casia_am.onnx", null));
        plain.Config.RestoreScopes.ShouldBeEmpty();
        plain.Notes.ShouldContain(note => note.Contains("pfe import-tf"));
        plain.Notes.ShouldContain(note => note.StartsWith("num_gpus is left out"));
        ReferenceConfig.Convert(Casia, "config.py", "my.onnx").Config.EmbeddingNetwork.ShouldBe("my.onnx");
        ReferenceConfig.Convert(Casia.Replace("restore_model = './pretrained/sphere64_casia_am'", "restore_model = None"), "c.py")
            .Config.EmbeddingNetwork.ShouldBe("base");
    }

    [Fact]
    public void What_has_no_counterpart_is_reported_with_its_line()
    {
        var converted = ReferenceConfig.Convert(
            Casia + "\nmomemtum = 0.9\nuncertainty_module = 'models/mine.py'\nrestore_scopes = None\n", "config.py");
        converted.UnknownKeys.ShouldBe(["momemtum (line 33)"]);
        converted.Notes.ShouldContain(note => note.Contains("\"models/mine.py\" (line 34) is not the reference's uncertainty_module.py"));
        converted.Notes.ShouldContain(note => note.StartsWith("restore_scopes takes in the reference's head"));
        ReferenceConfig.Convert(Casia, "config.py").UnknownKeys.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("summary_interval = 100", "summary_interval = 'often'",
        "config.py(5): summary_interval = \"often\" is of the wrong kind; a whole number is expected")]
    [InlineData("image_size = [112, 96]", "image_size = 112",
        "config.py(7): image_size = 112 is of the wrong kind; [height, width] is expected")]
    [InlineData("num_epochs = 3", "num_epochs = None", "config.py(22): num_epochs = None is of the wrong kind; a whole number is expected")]
    [InlineData("{'size': 256, 'num_classes': 64}", "256", "config.py(20): batch_format = 256 is of the wrong kind")]
    [InlineData("name = 's", "nome = 's", "config.py: 'name' is not assigned")]
    [InlineData("num_epochs = 3", "num_epochs = 0", "config.py: epoch_size 1000 and num_epochs 0")]
    [InlineData("channels = 3", "channels = 1", "config.py: channels 1: only 3 is possible")]
    public void A_value_that_cannot_be_is_refused(string old, string changed, string message) =>
        Should.Throw<InvalidConfigurationException>(() => ReferenceConfig.Convert(Casia.Replace(old, changed), "config.py"))
            .Message.ShouldStartWith(message);

    [Fact]
    public void The_cosine_and_linear_schedules_keep_their_keys()
    {
        var text = Casia.Replace("'step'", "'linear'")
            .Replace("    0:    1 * lr,\n    2000: 0.1 * lr,\n", "'initial': lr, 'start': 1000, 'end_step': 3000");
        ReferenceConfig.Convert(text, "config.py")
            .Config.LearningRateSchedule.ShouldBe(
            new Dictionary<string, double> { ["initial"] = 1e-3, ["start"] = 1000, ["end_step"] = 3000 });
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Should.Throw<InvalidConfigurationException>(() => ReferenceConfig.Load("no/such.py"))
        .Message.ShouldContain("cannot read 'no/such.py'");
}
