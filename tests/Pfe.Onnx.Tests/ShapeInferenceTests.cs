using Pfe.Onnx.Graphs;
using Pfe.TestSupport;

namespace Pfe.Onnx.Tests;

/// <summary>Every shape that Pfe infers is the shape ONNX Runtime computes.</summary>
public sealed class ShapeInferenceTests
{
    [Fact]
    public void Shapes_of_the_usual_operators_agree_with_the_runtime()
    {
        var sketch = new Sketch();
        var x = sketch.Input("input", -1, 3, 17, 14);
        var conv = sketch.Node("Conv", [x, sketch.Weight(8, 3, 3, 3)], Nodes.Ints("strides", 2, 2), Nodes.Ints("pads", 0, 0, 1, 1),
            Nodes.Ints("dilations", 2, 1));
        var max = sketch.Node("MaxPool", [conv], Nodes.Ints("kernel_shape", 3, 2), Nodes.Ints("strides", 2, 2), Nodes.Int("ceil_mode", 1));
        var average = sketch.Node("AveragePool", [conv], Nodes.Ints("kernel_shape", 2, 2));
        var same = sketch.Node("Conv", [x, sketch.Weight(2, 3, 3, 3)], Nodes.Ints("strides", 2, 2), Text("auto_pad", "SAME_UPPER"));
        var gate = sketch.Node("Sigmoid", [sketch.Node("GlobalAveragePool", [conv])]);
        var scaled = sketch.Node("Mul", [conv, gate]);
        var turned = sketch.Node("Transpose", [scaled], Nodes.Ints("perm", 0, 2, 3, 1));
        var shuffled = sketch.Node("Reshape", [scaled, sketch.Integers(0, 2, 4, -1)]);
        var sliced = sketch.Node("Slice",
            [conv, sketch.Integers(1, -3), sketch.Integers(7, 1000), sketch.Integers(1, 2), sketch.Integers(2, 1)]);
        var padded = sketch.Node("Pad", [average, sketch.Integers(0, 0, 1, 2, 0, 0, 0, 1)]);
        var joined = sketch.Node("Concat", [conv, scaled], Nodes.Int("axis", 1));
        var squeezed = sketch.Node("Squeeze", [gate, sketch.Integers(-1, 2)]);
        var widened = sketch.Node("Unsqueeze", [squeezed, sketch.Integers(0, -1)]);
        var mean = sketch.Node("ReduceMean", [conv], Nodes.Ints("axes", 2, 3), Nodes.Int("keepdims", 0));
        var dense = sketch.Node("Gemm", [mean, sketch.Weight(5, 8)], Nodes.Int("transB", 1));
        var product = sketch.Node("MatMul", [turned, sketch.Weight(8, 6)]);
        var picked = sketch.Node("Gather", [conv, sketch.Integers(0, 3, -1)], Nodes.Int("axis", 1));
        var flat = sketch.Node("Flatten", [conv], Nodes.Int("axis", 2));
        Agree(sketch.Model(conv, max, average, same, gate, scaled, turned, shuffled, sliced, padded, joined, squeezed, widened, mean, dense,
            product, picked, flat),
            Values.Random(1, 2, 3, 17, 14), expected: 18);
    }

    [Theory]
    [InlineData("models/mobilefacenet-y1.onnx", 112, 90)]
    [InlineData("models/omz-face-reid-retail-0095.onnx", 128, 180)]
    public void Shapes_inside_published_networks_agree_with_the_runtime(string file, int size, int atLeast)
    {
        var missing = TestData.MissingReason(file);
        Assert.SkipWhen(missing is not null, missing ?? "");
        var model = OnnxModel.Load(TestData.Path(file));
        var inside = ShapeInference.Run(model).Keys.Where(model.ComputedFromInputs().Contains).Where(name => name != model.Inputs[0].Name)
            .ToList();
        inside.Count.ShouldBeGreaterThan(atLeast);
        Agree(model.WithOutputs(inside), Values.Random(1, 2, 3, size, size), inside.Count);
    }

    private static void Agree(OnnxModel model, Values input, int expected)
    {
        var shapes = ShapeInference.Run(model, input.Shape[0]);
        var computed = OrtRun.Run(model, input);
        computed.Count.ShouldBe(expected);
        foreach (var (name, values) in computed) shapes[name].ShouldBe(values.Shape, name);
    }

    private static Wire.AttributeProto Text(string name, string value) =>
        new() { Name = name, S = Google.Protobuf.ByteString.CopyFromUtf8(value), Type = Wire.AttributeProto.Types.AttributeType.String };
}
