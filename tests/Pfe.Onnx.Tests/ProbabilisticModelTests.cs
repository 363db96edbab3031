using Pfe.TestSupport;

namespace Pfe.Onnx.Tests;

public sealed class ProbabilisticModelTests
{
    private static readonly Values Images = Values.Random(1, 5, 3, 6, 4);

    [Theory]
    [InlineData("map", 24)]
    [InlineData("output", 6)]
    public void The_model_gives_the_normalised_embedding_and_the_heads_log_variance(string source, int features)
    {
        var head = NaiveHead.Random(2, source, features, 6);
        var model = ProbabilisticModel.Build(Sketch.Base(), Sketch.Description, head);

        var result = OrtRun.Run(model, Images);
        var reference = OrtRun.Run(Sketch.Base().WithDynamicBatch().WithOutputs("output", "map"), Images);

        result["mu"].Shape.ShouldBe([5, 6]);
        result["log_variance"].Shape.ShouldBe([5, 6]);
        for (var i = 0; i < 5; i++)
        {
            var embedding = reference["output"].Item(i).Data;
            var length = Math.Sqrt(embedding.Sum(value => (double)value * value));
            for (var d = 0; d < 6; d++) result["mu"].Data[i * 6 + d].ShouldBe((float)(embedding[d] / length), 2e-7);
            var expected = NaiveHead.LogVariance(head, reference[source].Item(i).Data);
            for (var d = 0; d < 6; d++) result["log_variance"].Data[i * 6 + d].ShouldBe((float)expected[d], 1e-5);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_embedding_before_its_normalisation_can_be_asked_for_and_changes_nothing_else(bool normalised)
    {
        var (network, description) = (Sketch.Base(), Sketch.Description);
        if (normalised) (network, description) = (Normalised(network), description with { Embedding = "unit" });
        var model = ProbabilisticModel.Build(network, description, NaiveHead.Random(2, "map", 24, 6));
        var raw = ProbabilisticModel.FindRawEmbedding(model).ShouldNotBeNull();

        var (plain, result) = (OrtRun.Run(model, Images), OrtRun.Run(model.WithOutputs("mu", "log_variance", raw), Images));
        result["mu"].Data.ShouldBe(plain["mu"].Data);
        result["log_variance"].Data.ShouldBe(plain["log_variance"].Data);
        result[raw].Data.ShouldBe(OrtRun.Run(Sketch.Base().WithDynamicBatch().WithOutputs("output"), Images)["output"].Data);
        model.Outputs.Count.ShouldBe(2);
    }

    /// <summary>A network that normalises its embedding itself, as "unit".</summary>
    private static OnnxModel Normalised(OnnxModel network)
    {
        var proto = network.Proto.Clone();
        proto.Graph.Node.Add(Graphs.Nodes.Create("Flatten", ["output"], "flat", Graphs.Nodes.Int("axis", 1)));
        proto.Graph.Node.Add(Graphs.Nodes.Create(
            "LpNormalization", ["flat"], "unit", Graphs.Nodes.Int("axis", 1), Graphs.Nodes.Int("p", 2)));
        return new OnnxModel(proto, network.Name);
    }

    [Fact]
    public void A_head_with_one_variance_a_face_gives_it_for_every_dimension()
    {
        var head = NaiveHead.Random(2, "map", 24, 1, hidden: 9);
        var model = ProbabilisticModel.Build(Sketch.Base(), Sketch.Description, head);
        model.Metadata[ProbabilisticModel.HeadSizeKey].ShouldBe("1");
        model.Metadata[ProbabilisticModel.DimensionKey].ShouldBe("6");
        var (result, reference) = (OrtRun.Run(model, Images), OrtRun.Run(Sketch.Base().WithDynamicBatch().WithOutputs("output", "map"),
            Images));
        result["log_variance"].Shape.ShouldBe([5, 6]);
        for (var i = 0; i < 5; i++)
        {
            var expected = (float)NaiveHead.LogVariance(head, reference["map"].Item(i).Data)[0];
            var given = result["log_variance"].Item(i).Data;
            given.ShouldAllBe(value => value == given[0]);
            given[0].ShouldBe(expected, 1e-5);
        }
        // mu is the base's, bit for bit, whatever the head.
        var other = ProbabilisticModel.Build(Sketch.Base(), Sketch.Description, NaiveHead.Random(3, "map", 24, 6));
        result["mu"].Data.ShouldBe(OrtRun.Run(other, Images)["mu"].Data);
    }

    [Fact]
    public void A_head_on_several_layers_reads_the_first_flattened_and_the_means_of_the_others()
    {
        var source = BaseGraph.JoinLayers("map", ["t2", "map"]);
        source.ShouldBe("map+pool(t2)+pool(map)");
        var sketch = Sketch.Base();
        var first = sketch.Proto.Graph.Node[0].Output[0];
        source = BaseGraph.JoinLayers("map", [first, "map"]);
        BaseGraph.Prepare(sketch, Sketch.Description, source).SizeOf(source).ShouldBe(24 + 4 + 4);
        var head = NaiveHead.Random(2, source, 32, 6);
        var result = OrtRun.Run(ProbabilisticModel.Build(sketch, Sketch.Description, head), Images);
        var reference = OrtRun.Run(Sketch.Base().WithDynamicBatch().WithOutputs("map", first), Images);
        for (var i = 0; i < 5; i++)
        {
            float[] Means(string tensor) => [.. reference[tensor].Item(i).Data.Chunk(6).Select(channel => channel.Average())];
            float[] input = [.. reference["map"].Item(i).Data, .. Means(first), .. Means("map")];
            var expected = NaiveHead.LogVariance(head, input);
            for (var d = 0; d < 6; d++) result["log_variance"].Data[i * 6 + d].ShouldBe((float)expected[d], 1e-5);
        }
        Should.Throw<PfeException>(() => BaseGraph.Prepare(sketch, Sketch.Description, "map+pool(nothing)")).Message
            .ShouldBe("'sketch.onnx' computes no tensor 'nothing', which the head's input 'map+pool(nothing)' takes in");
    }

    [Fact]
    public void The_hidden_layer_may_have_another_size_than_the_embedding()
    {
        var head = NaiveHead.Random(2, "map", 24, 6, hidden: 11);
        var result = OrtRun.Run(ProbabilisticModel.Build(Sketch.Base(), Sketch.Description, head), Images)["log_variance"];
        var map = OrtRun.Run(Sketch.Base().WithDynamicBatch().WithOutputs("map"), Images)["map"];
        for (var i = 0; i < 5; i++)
            result.Item(i).Data.Zip(NaiveHead.LogVariance(head, map.Item(i).Data))
                .ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-5);
    }

    [Fact]
    public void Names_that_the_base_uses_itself_do_not_collide()
    {
        var sketch = new Sketch();
        var x = sketch.Input("log_variance", 1, 3, 6, 4);
        x = sketch.Named("image", "Conv", [x, sketch.Weight(4, 3, 6, 4)]);
        sketch.Named("mu", "Flatten", [x]);
        var head = NaiveHead.Random(3, "image", 4, 4);
        var model = ProbabilisticModel.Build(sketch.Model("mu"), Sketch.Description, head);

        model.Inputs.Single().Name.ShouldBe("image");
        var map = OrtRun.Run(sketch.Model("mu").WithDynamicBatch(), Images)["mu"];
        var result = OrtRun.Run(model, Images);
        for (var i = 0; i < 5; i++)
            result["log_variance"].Item(i).Data.Zip(NaiveHead.LogVariance(head, map.Item(i).Data))
                .ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-5);
    }

    [Fact]
    public void The_same_parts_give_the_same_bytes()
    {
        var head = NaiveHead.Random(2, "map", 24, 6) with { Notes = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" } };
        var turned = head with { Notes = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" } };
        ProbabilisticModel.Build(Sketch.Base(), Sketch.Description, turned).ToBytes()
            .ShouldBe(ProbabilisticModel.Build(Sketch.Base(), Sketch.Description, head).ToBytes());
    }

    [Fact]
    public void The_file_describes_itself()
    {
        using var folder = new TemporaryFolder();
        var description = Sketch.Description with
        {
            ChannelOrder = ChannelOrder.Bgr,
            Mean = new(127),
            Std = new(1, 2, 3),
            TrainingData = "drawn"
        };
        ProbabilisticModel.Build(Sketch.Base(), description, NaiveHead.Random(2, "map", 24, 6)).Save(folder.File("pfe.onnx"));

        var model = OnnxModel.Load(folder.File("pfe.onnx"));
        ProbabilisticModel.Describe(model).ShouldBe(description with { Embedding = "mu" });
        model.Metadata["pfe.dimension"].ShouldBe("6");
        model.Inputs.Single().ToString().ShouldBe("image: float [?, 3, 6, 4]");
        model.Outputs.Select(output => output.ToString()).ShouldBe(["mu: float [?, 6]", "log_variance: float [?, 6]"]);
    }

    [Fact]
    public void A_base_that_takes_the_planes_last_is_fed_with_the_planes_first()
    {
        var sketch = new Sketch();
        var x = sketch.Node("Transpose", [sketch.Input("input", -1, 6, 4, 3)], Graphs.Nodes.Ints("perm", 0, 3, 1, 2));
        x = sketch.Named("map", "Conv", [x, sketch.Weight(4, 3, 3, 3)]);
        var network = sketch.Model(sketch.Named("output", "Flatten", [sketch.Node("GlobalAveragePool", [x])]));
        var model = ProbabilisticModel.Build(network, Sketch.Description, NaiveHead.Random(2, "map", 32, 4));

        var mu = OrtRun.Run(model, Images)["mu"].Data;
        var reference = OrtRun.Run(network, new Values(PlanesLast(Images), [5, 6, 4, 3]))["output"];
        for (var i = 0; i < 5; i++)
        {
            var embedding = reference.Item(i).Data;
            var length = Math.Sqrt(embedding.Sum(value => (double)value * value));
            for (var d = 0; d < 4; d++) mu[i * 4 + d].ShouldBe((float)(embedding[d] / length), 2e-7);
        }
    }

    [Fact]
    public void A_head_for_another_network_is_refused_with_both_sizes()
    {
        Should.Throw<PfeException>(() => ProbabilisticModel.Build(Sketch.Base(), Sketch.Description, NaiveHead.Random(2, "map", 23, 6)))
            .Message.ShouldBe("the head reads 23 values, tensor 'map' of 'sketch.onnx' has 24: was it trained on another base network?");
        Should.Throw<PfeException>(() => ProbabilisticModel.Build(Sketch.Base(), Sketch.Description, NaiveHead.Random(2, "map", 24, 5)))
            .Message.ShouldContain("gives 5 log variances, embedding 'output' of 'sketch.onnx' has 6");
        Should.Throw<PfeException>(() => ProbabilisticModel.Build(Sketch.Base(), Sketch.Description, NaiveHead.Random(2, "nothing", 24, 6)))
            .Message.ShouldContain("computes no tensor 'nothing'");
    }

    [Fact]
    public void A_description_of_another_network_is_refused_with_both_shapes() =>
        Should.Throw<PfeException>(
            () => ProbabilisticModel.Build(
            Sketch.Base(), Sketch.Description with { Width = 112, Height = 112 }, NaiveHead.Random(2, "map", 24, 6)))
            .Message.ShouldBe("'sketch.onnx' takes input: float [1, 3, 6, 4]; description 'sketch' wants float [?, 3, 112, 112] (or the " +
                "planes last)");

    private static float[] PlanesLast(Values images)
    {
        var (n, c, h, w) = ((int)images.Shape[0], (int)images.Shape[1], (int)images.Shape[2], (int)images.Shape[3]);
        var result = new float[images.Data.Length];
        for (var i = 0; i < n; i++)
            for (var k = 0; k < c; k++)
                for (var p = 0; p < h * w; p++) result[(i * h * w + p) * c + k] = images.Data[(i * c + k) * h * w + p];
        return result;
    }
}
