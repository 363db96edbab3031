using Pfe.Onnx.Graphs;

namespace Pfe.Onnx.Tests;

public sealed class FeatureMapTests
{
    [Fact]
    public void The_last_tensor_with_more_than_one_pixel_before_the_embedding_is_found()
    {
        var map = Sketch.Base().FindFeatureMap("output");
        map.Name.ShouldBe("map");
        map.Shape.ShouldBe([1, 4, 3, 2]);
    }

    [Fact]
    public void Weights_with_four_dimensions_are_no_feature_map()
    {
        // The kernel comes out of a node, as in files that store weights as Constant nodes.
        var sketch = new Sketch();
        var x = sketch.Named("map", "Relu", [sketch.Input("input", 1, 3, 6, 4)]);
        var kernel = sketch.Node("Identity", [sketch.Weight(4, 3, 6, 4)]);
        sketch.Named("output", "Flatten", [sketch.Node("Conv", [x, kernel])]);
        sketch.Model("output").FindFeatureMap("output").Name.ShouldBe("map");
    }

    [Fact]
    public void A_map_that_is_only_asked_for_its_shape_does_not_count()
    {
        var sketch = new Sketch();
        var side = sketch.Node("Conv", [sketch.Input("input", 1, 3, 6, 4), sketch.Weight(4, 3, 1, 1)]);
        var map = sketch.Named("map", "Relu", [side]);
        var pooled = sketch.Node("GlobalAveragePool", [map]);
        var rows = sketch.Node("Slice", [sketch.Node("Shape", [side]), sketch.Integers(0), sketch.Integers(2)]);
        sketch.Named("output", "Reshape", [pooled, rows]);
        sketch.Model("output").FindFeatureMap("output").Name.ShouldBe("map");
    }

    [Fact]
    public void Two_maps_on_two_paths_are_an_error_that_names_both()
    {
        var sketch = new Sketch();
        var input = sketch.Input("input", 1, 3, 6, 4);
        var one = sketch.Node("GlobalAveragePool", [sketch.Named("one", "Relu", [input])]);
        var two = sketch.Node("GlobalMaxPool", [sketch.Named("two", "Sigmoid", [input])]);
        sketch.Named("output", "Flatten", [sketch.Node("Concat", [one, two], Nodes.Int("axis", 1))]);
        var message = Should.Throw<PfeException>(() => sketch.Model("output").FindFeatureMap("output")).Message;
        message.ShouldContain("several feature maps");
        message.ShouldContain("one");
        message.ShouldContain("two");
    }

    [Fact]
    public void A_network_without_any_map_still_is_a_base_for_a_head_on_its_embedding()
    {
        var sketch = new Sketch();
        var x = sketch.Node("Flatten", [sketch.Input("input", 1, 3, 6, 4)]);
        sketch.Named("output", "MatMul", [x, sketch.Weight(72, 5)]);
        var network = sketch.Model("output");
        BaseGraph.Prepare(network, Sketch.Description).FeatureMap.ShouldBeNull();
        var model = ProbabilisticModel.Build(network, Sketch.Description, NaiveHead.Random(1, "output", 5, 5));
        OrtRun.Run(model, Values.Random(1, 3, 3, 6, 4))["log_variance"].Shape.ShouldBe([3, 5]);
    }
}
