using System.Text.Json.Nodes;
using Pfe.TestSupport;
using Pfe.Training.Configuration;

namespace Pfe.Training.Tests.Configuration;

public sealed class ConfigSchemaTests
{
    private static readonly JsonObject Properties = JsonNode.Parse(ConfigSchema.Text)!["properties"]!.AsObject();

    [Fact]
    public void The_committed_schema_is_the_configuration_records()
    {
        var path = Path.Combine(TestData.RepoRoot, "docs", "config.schema.json");
        if (Environment.GetEnvironmentVariable("PFE_ACCEPT") == "1") File.WriteAllText(path, ConfigSchema.Text);
        File.ReadAllText(path).ShouldBe(ConfigSchema.Text, "the record changed; run this test once with PFE_ACCEPT=1");
    }

    [Fact]
    public void Every_key_has_a_description_and_unknown_keys_are_errors()
    {
        Properties.ShouldAllBe(property => property.Value!["description"] != null);
        Properties["damage"]!["properties"]!.AsObject().ShouldAllBe(property => property.Value!["description"] != null);
        JsonNode.Parse(ConfigSchema.Text)!["additionalProperties"]!.GetValue<bool>().ShouldBeFalse();
        JsonNode.Parse(ConfigSchema.Text)!["required"]!.AsArray().Select(name => name!.GetValue<string>())
            .ShouldBe(["name", "train_dataset_path"]);
    }

    [Fact]
    public void Defaults_and_choices_are_stated()
    {
        Properties["weight_decay"]!["default"]!.GetValue<double>().ShouldBe(5e-4);
        Properties["batch_format"]!["properties"]!["num_classes"]!["default"]!.GetValue<int>().ShouldBe(64);
        Properties["learning_rate_strategy"]!["enum"]!.AsArray().Select(choice => choice!.GetValue<string>())
            .ShouldBe(["step", "cosine", "linear"]);
        Properties["damage"]!["properties"]!["kinds"]!["items"]!["enum"]!.AsArray().Select(choice => choice!.GetValue<string>())
            .ShouldContain("motion_blur");
        Properties["landmarks"]!["anyOf"]!.AsArray().Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("default.json")]
    [InlineData("sphere64_casia.json")]
    [InlineData("sphere64_msarcface.json")]
    public void Shipped_configurations_load_and_point_to_the_schema(string file) =>
        TrainingConfigFile.Load(Path.Combine(TestData.RepoRoot, "configs", file)).Schema.ShouldBe("../docs/config.schema.json");
}
