using Pfe.Onnx.Graphs;

namespace Pfe.Onnx.Tests;

public sealed class DynamicBatchTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(-1)]
    public void A_batch_gives_what_its_images_give_one_by_one(long written)
    {
        var images = Values.Random(3, 7, 3, 6, 4);
        var batch = OrtRun.Run(Sketch.Base(written).WithDynamicBatch(), images)["output"];
        batch.Shape.ShouldBe([7, 6]);
        for (var i = 0; i < 7; i++)
            OrtRun.Run(Sketch.Base(), images.Item(i))["output"].Data.Zip(batch.Item(i).Data)
                .ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
    }

    [Fact]
    public void A_shape_constant_that_other_nodes_share_stays_as_it_is_for_them()
    {
        // One constant [1, 4, 1, 1] reshapes the image's features, and a weight that has no batch at all.
        var sketch = new Sketch();
        var shape = sketch.Integers(1, 4, 1, 1);
        var x = sketch.Node("GlobalAveragePool", [sketch.Node("Conv", [sketch.Input("input", 1, 3, 6, 4), sketch.Weight(4, 3, 3, 3)])]);
        x = sketch.Node("Reshape", [x, shape]);
        x = sketch.Node("Mul", [x, sketch.Node("Reshape", [sketch.Weight(4), shape])]);
        var model = sketch.Model(sketch.Named("output", "Flatten", [x])).WithDynamicBatch();
        OrtRun.Run(model, Values.Random(1, 3, 3, 6, 4))["output"].Shape.ShouldBe([3, 4]);
    }

    [Fact]
    public void A_shape_that_the_graph_computes_from_its_input_is_left_to_it()
    {
        // view(x.size(0), -1) as PyTorch exports it.
        var sketch = new Sketch();
        var x = sketch.Node("Conv", [sketch.Input("input", -1, 3, 6, 4), sketch.Weight(5, 3, 6, 4)]);
        var size = sketch.Node("Unsqueeze",
            [sketch.Node("Gather", [sketch.Node("Shape", [x]), sketch.Integers(0)], Nodes.Int("axis", 0)), sketch.Integers(0)]);
        size = sketch.Node("Reshape", [size, sketch.Integers(1)]);
        var model = sketch.Model(sketch.Named(
            "output", "Reshape", [x, sketch.Node("Concat", [size, sketch.Integers(-1)], Nodes.Int("axis", 0))]));
        OrtRun.Run(model.WithDynamicBatch(), Values.Random(1, 3, 3, 6, 4))["output"].Shape.ShouldBe([3, 5]);
    }

    [Fact]
    public void A_network_that_mixes_its_batch_into_other_dimensions_is_refused_by_name()
    {
        var sketch = new Sketch();
        var x = sketch.Node("Conv", [sketch.Input("input", 2, 3, 6, 4), sketch.Weight(4, 3, 6, 4)]);
        var network = sketch.Model(sketch.Named("output", "Reshape", [x, sketch.Integers(8, 1)]));
        Should.Throw<PfeException>(network.WithDynamicBatch).Message
            .ShouldBe("'sketch.onnx' works for one batch size only: its Reshape 'output' has the size written into it; export it with a " +
                "dynamic batch");
    }
}
