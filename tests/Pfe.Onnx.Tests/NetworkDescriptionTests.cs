using Pfe.TestSupport;

namespace Pfe.Onnx.Tests;

public sealed class NetworkDescriptionTests
{
    [Fact]
    public void The_example_of_the_documentation_says_what_the_documentation_says()
    {
        var description = NetworkDescription.Parse("""
            {
              // (value - mean) / std
              "name": "my network", "width": 112, "height": 96,
              "channel_order": "bgr", "mean": [1, 2, 3.5], "std": 128,
              "alignment": "demo-96x112", "embedding": "fc1", "feature_map": "relu5",
            }
            """, "my.json");
        description.ShouldBe(new NetworkDescription
        {
            Name = "my network", Width = 112, Height = 96, ChannelOrder = ChannelOrder.Bgr, Mean = new(1, 2, 3.5f), Std = new(128),
            Alignment = "demo-96x112", Embedding = "fc1", FeatureMap = "relu5",
        });
    }

    [Fact]
    public void A_saved_description_comes_back_equal()
    {
        using var folder = new TemporaryFolder();
        var description = Sketch.Description with { Mean = new(1, 2, 3), Licence = "MIT", TrainingData = "not \"stated\"" };
        description.Save(folder.File("d.json"));
        NetworkDescription.Load(folder.File("d.json")).ShouldBe(description);
        File.ReadAllText(folder.File("d.json")).ShouldContain("\"channel_order\": \"rgb\"", Case.Sensitive);
    }

    [Fact]
    public void What_a_file_leaves_out_is_at_its_default() =>
        NetworkDescription.Parse("""{"name": "x", "width": 2, "height": 3}""", "x")
            .ShouldBe(new NetworkDescription { Name = "x", Width = 2, Height = 3 });

    [Theory]
    [InlineData("BGR")]
    [InlineData("Bgr")]
    public void The_channel_order_may_be_written_in_capitals(string order) =>
        NetworkDescription.Parse($$"""{"name": "x", "width": 1, "height": 1, "channel_order": "{{order}}"}""", "x")
            .ChannelOrder.ShouldBe(ChannelOrder.Bgr);

    [Fact]
    public void Every_description_in_the_documentation_can_be_read()
    {
        var page = File.ReadAllText(Path.Combine(TestData.RepoRoot, "docs", "any-base.md"));
        var blocks = page.Split("```json\n").Skip(1).Select(rest => rest.Split("```")[0]).ToList();
        blocks.Count.ShouldBe(2);
        var read = blocks.Select(block => NetworkDescription.Parse(block, "docs/any-base.md")).ToList();
        read[0].ShouldBe(new NetworkDescription { Name = "my network", Width = 112, Height = 112 });
        (read[1].ChannelOrder, read[1].Std).ShouldBe((ChannelOrder.Bgr, new PlaneValues(1)));
    }

    [Theory]
    [InlineData("""{"name": "x", "width": 1, "height": 1, "chanel_order": "rgb"}""", "chanel_order")]
    [InlineData("""{"name": "x", "height": 1}""", "width")]
    [InlineData("""{"name": "x", "width": 0, "height": 1}""", "between 1 and 4096")]
    [InlineData("""{"name": "x", "width": 1, "height": 1, "std": 0}""", "must not be 0")]
    [InlineData("""{"name": "x", "width": 1, "height": 1, "mean": [1, 2]}""", "three numbers")]
    [InlineData("""{"name": "x", "width": 1, "height": 1, "channel_order": "rbg"}""", "channel_order")]
    [InlineData("null", "JSON object")]
    [InlineData("{", "line 1")]
    public void A_mistake_is_named_in_one_line(string json, string expected)
    {
        var message = Should.Throw<PfeException>(() => NetworkDescription.Parse(json, "my.json")).Message;
        message.ShouldStartWith("'my.json'");
        message.ShouldContain(expected);
        message.ShouldNotContain("\n");
    }
}
