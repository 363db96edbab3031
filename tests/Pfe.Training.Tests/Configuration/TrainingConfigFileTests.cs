using System.Text;
using Pfe.TestSupport;
using Pfe.Training.Configuration;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Training.Tests.Configuration;

public sealed class TrainingConfigFileTests
{
    [Fact]
    public void What_is_left_out_has_the_demos_value()
    {
        var config = Parse("""{ "name": "x", "train_dataset_path": "faces" }""");
        (config.BatchFormat.Size, config.BatchFormat.NumClasses, config.EpochSize, config.NumEpochs).ShouldBe((256, 64, 1000, 3));
        (config.WeightDecay, config.Momentum, config.HeadInput, config.LogBaseDir).ShouldBe((5e-4, 0.9, "feature_map", "log"));
        config.LearningRateSchedule.ShouldBe(new Dictionary<string, double> { ["0"] = 1e-3, ["2000"] = 1e-4 });
        config.Damage.Copies.ShouldBe(0);
        config.Landmarks.ShouldBe(LandmarkSource.Aligned);
    }

    [Fact]
    public void Comments_and_trailing_commas_are_read_over() =>
        Parse("{ // a run\n \"name\": \"x\", /* data */ \"train_dataset_path\": \"faces\", }").Name.ShouldBe("x");

    [Theory]
    [InlineData("\"embeding_size\": 512", "did you mean 'embedding_size'?")]
    [InlineData("\"num_epoch\": 3", "did you mean 'num_epochs'?")]
    [InlineData("\"batch_format\": { \"size\": 8, \"num_clases\": 2 }", "did you mean 'num_classes'?")]
    [InlineData("\"damage\": { \"copys\": 2 }", "did you mean 'copies'?")]
    [InlineData("\"zzzzzzzzzzzz\": 3", "known are")]
    public void A_misspelt_key_is_named_with_its_line_and_the_key_that_was_meant(string line, string hint)
    {
        var message = Refused($"{{\n \"name\": \"x\",\n \"train_dataset_path\": \"faces\",\n {line}\n}}");
        message.ShouldStartWith("config.json(4): ");
        message.ShouldContain(hint);
        message.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData("\"num_epochs\": \"three\"", "num_epochs should be a whole number of at most 2147483647")]
    [InlineData("\"num_epochs\": 4294967296", "num_epochs should be a whole number of at most 2147483647")]
    [InlineData("\"cache_dir\": 3", "cache_dir should be a text")]
    [InlineData("\"momentum\": true", "momentum should be a number")]
    [InlineData("\"allow_below_cosine\": 1", "allow_below_cosine should be true or false")]
    [InlineData("\"restore_scopes\": 1", "restore_scopes should be a list")]
    [InlineData("\"trust\": 1", "trust should be an object, {")]
    [InlineData("\"learning_rate_schedule\": 1", "learning_rate_schedule should be an object of numbers")]
    [InlineData("\"num_epochs\": 0", "num_epochs")]
    [InlineData("\"learning_rate_strategy\": \"stairs\"", "step, cosine, linear")]
    [InlineData("\"learning_rate_strategy\": \"linear\", \"learning_rate_schedule\": { \"initial\": 1, \"start\": 10, \"end_step\": 10 }",
        "must lie before end_step")]
    [InlineData("\"uncertainty_module_output_size\": 1", "belongs to uncertainty_module 'probface'")]
    [InlineData("\"output_constraint_type\": \"L3\"", "L1 and L2")]
    [InlineData("\"discriminat_metric_type\": \"triplet\"", "triplet_semihard and contrastive")]
    [InlineData("\"loss_weights\": { \"mls_loss\": 0, \"discriminate_loss\": 0 }", "must count")]
    [InlineData("\"loss_weights\": { \"mls\": 1 }", "mls_loss")]
    [InlineData("\"damage\": { \"kinds\": [\"rain\"] }", "occlusion, darkness")]
    [InlineData("\"damage\": { \"strength\": 2 }", "damage.strength 2")]
    [InlineData("\"landmarks\": [[1, 2], [3, 4]]", "five points")]
    [InlineData("\"channels\": 1", "channels 1")]
    [InlineData("\"uncertainty_module\": \"nets/other.py\"", "there are fc and probface")]
    [InlineData("\"name\": \"a/b\"", "a/b")]
    [InlineData("\"train_dataset_path\": \"\"", "train_dataset_path is empty")]
    [InlineData("\"embedding_network\": \"\"", "embedding_network is empty")]
    [InlineData("\"cache_dir\": \"a\\u0000b\"", "cache_dir holds a zero byte")]
    [InlineData("\"landmarks\": \"a\\u0000b\"", "landmarks holds a zero byte")]
    [InlineData("\"threads\": 100000", "threads 100000")]
    [InlineData("\"damage\": { \"copies\": 2147483647 }", "damage.copies 2147483647")]
    [InlineData("\"batch_format\": { \"size\": 2147483647, \"num_classes\": 1 }", "size 2147483647 must be at most 65536")]
    [InlineData("\"learning_rate_schedule\": { \"0\": 1e300 }", "'0' must lie in 0 to 1e12")]
    [InlineData("\"learning_rate_schedule\": { \"0\": -1 }", "'0' must lie in 0 to 1e12")]
    [InlineData("\"weight_decay\": 1e300", "weight_decay")]
    [InlineData("\"gradient_clip\": 1e300", "gradient_clip")]
    [InlineData("\"loss_weights\": { \"mls_loss\": 1e300 }", "loss_weights must lie in")]
    [InlineData("\"keep_prob\": 0", "keep_prob 0 must lie in (0, 1]")]
    [InlineData("\"trust\": { \"people\": 2147483647 }", "trust.people 2147483647")]
    [InlineData("\"trust\": { \"learning_rate\": 1e300 }", "trust.learning_rate")]
    public void A_value_that_cannot_be_is_named(string line, string hint) =>
        Refused("{ " + string.Concat(new[] { "\"train_dataset_path\": \"faces\", ", "\"name\": \"x\", " }
            .Where(field => !line.StartsWith(field.Split(':')[0], StringComparison.Ordinal))) + line + " }").ShouldContain(hint);

    [Fact]
    public void Text_that_is_no_JSON_is_named_with_its_line() =>
        Refused("{\n \"name\": \"x\",\n oops }").ShouldStartWith("config.json(3): ");

    [Fact]
    public void A_missing_name_is_named() => Refused("{ \"train_dataset_path\": \"faces\" }").ShouldContain("name");

    [Theory]
    [InlineData("\"aligned\"", "aligned")]
    [InlineData("\"detect\"", "detect")]
    [InlineData("\"list.txt\"", "list.txt")]
    [InlineData("[[69.5, 111.5], [108, 111.5], [88.5, 135], [73, 152], [105, 152]]", "69.5,111.5 108,111.5 88.5,135 73,152 105,152")]
    public void Landmarks_come_in_four_forms_that_survive_a_round_trip(string json, string text)
    {
        var config = Parse($$"""{ "name": "x", "train_dataset_path": "faces", "landmarks": {{json}} }""");
        config.Landmarks.ToString().ShouldBe(text);
        Parse(TrainingConfigFile.ToJson(config)).Landmarks.ShouldBe(config.Landmarks);
    }

    [Fact]
    public void Kinds_of_damage_are_in_snake_case_and_all_without_a_list()
    {
        TrainingConfigFile.KindsOf(new DamageOptions { Kinds = ["low_resolution", "blur"] })
            .ShouldBe([DamageKind.Blur, DamageKind.LowResolution]);
        TrainingConfigFile.KindsOf(new DamageOptions()).ShouldBe(Enum.GetValues<DamageKind>());
    }

    public static TheoryData<string> Shipped =>
        [.. Directory.GetFiles(Path.Combine(TestData.RepoRoot, "configs"), "*.json").Select(path => Path.GetFileName(path)!)];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Every_shipped_configuration_is_valid(string name) =>
        TrainingConfigFile.Load(Path.Combine(TestData.RepoRoot, "configs", name)).Name.ShouldNotBeEmpty();

    private static TrainingConfig Parse(string json) => TrainingConfigFile.Parse(Encoding.UTF8.GetBytes(json), "config.json");

    private static string Refused(string json) => Should.Throw<InvalidConfigurationException>(() => Parse(json)).Message;
}
