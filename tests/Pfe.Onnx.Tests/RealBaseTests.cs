using Pfe.TestSupport;
using Pfe.Vision.Models;

namespace Pfe.Onnx.Tests;

/// <summary>The networks of docs/any-base.md, as they come from their makers.</summary>
public sealed class RealBaseTests
{
    [Theory]
    [InlineData("models/mobilefacenet-y1.onnx", 112, "feature", 128, 512 * 7 * 7)]
    [InlineData("models/omz-face-reid-retail-0095.onnx", 128, "feature", 256, 512 * 8 * 8)]
    public void A_published_network_becomes_a_probabilistic_one(string file, int size, string map, int dimension, int features)
    {
        var missing = TestData.MissingReason(file);
        Assert.SkipWhen(missing is not null, missing ?? "");
        var network = OnnxModel.Load(TestData.Path(file));
        CheckBase(network, new NetworkDescription { Name = file, Width = size, Height = size, Embedding = "embedding" }, map, dimension,
            features);
    }

    [Fact]
    public void The_default_base_becomes_a_probabilistic_network()
    {
        var network = OnnxModel.Load(new ModelStore().Get("base"));
        network.Inputs.Single().Shape.ShouldBe([1, 3, 112, 112]);
        var description = new NetworkDescription
        {
            Name = "default", Width = 112, Height = 112, ChannelOrder = ChannelOrder.Bgr,
            Mean = new(127), Std = new(128)
        };
        BaseGraph.Prepare(network, description).FeatureMap.ShouldBe("507");
        CheckBase(network, description, "507", 512, 512 * 7 * 7);
    }

    private static void CheckBase(OnnxModel network, NetworkDescription description, string map, int dimension, int features)
    {
        var prepared = BaseGraph.Prepare(network, description);
        prepared.Dimension.ShouldBe(dimension);
        prepared.FeatureMapSize.ShouldBe(features);
        var images = Values.Random(4, 2, 3, description.Height, description.Width);

        // The map that was found is the map the network's makers name.
        var reference = OrtRun.Run(prepared.Model.WithOutputs([prepared.Embedding, prepared.FeatureMap!]), images);
        OrtRun.Run(prepared.Model.WithOutputs(map), images)[map].Data.ShouldBe(reference[prepared.FeatureMap!].Data);

        var head = NaiveHead.Random(5, prepared.FeatureMap!, features, dimension, hidden: 8);
        var model = ProbabilisticModel.Build(network, description, head);
        var result = OrtRun.Run(model, images);
        result["mu"].Data.ShouldBe(OrtRun.Run(Normaliser(dimension), reference[prepared.Embedding])["mu"].Data);
        for (var i = 0; i < 2; i++)
        {
            // One image at a time through the file as it came: the batch rewriting changes nothing.
            var alone = OrtRun.Run(network, images.Item(i))[prepared.Embedding].Data;
            for (var d = 0; d < dimension; d++)
                reference[prepared.Embedding].Item(i).Data[d].ShouldBe(alone[d], 1e-5 * alone.Max(Math.Abs));
            var expected = NaiveHead.LogVariance(head, reference[prepared.FeatureMap!].Item(i).Data);
            for (var d = 0; d < dimension; d++) result["log_variance"].Item(i).Data[d].ShouldBe((float)expected[d], 1e-4);
        }
    }

    private static OnnxModel Normaliser(int dimension)
    {
        var sketch = new Sketch();
        return sketch.Model(sketch.Named("mu", "LpNormalization", [sketch.Input("x", -1, dimension)]));
    }
}
