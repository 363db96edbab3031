using Google.Protobuf;
using Pfe.Onnx.Wire;
using Pfe.TestSupport;

namespace Pfe.Onnx.Tests;

public sealed class OnnxModelTests
{
    [Fact]
    public void Fields_that_Pfe_does_not_know_are_kept()
    {
        // Field 4 is ModelProto.domain, field 16 of a value's type is its denotation: neither is in the trimmed schema.
        var stranger = Sketch.Base().Proto.ToByteArray().Concat(new byte[] { (4 << 3) | 2, 2, (byte)'h', (byte)'i' }).ToArray();
        var bytes = OnnxModel.Parse(stranger, "x").WithMetadata("a", "b").ToBytes();
        Contains(bytes, [(4 << 3) | 2, 2, (byte)'h', (byte)'i']).ShouldBeTrue();
    }

    [Fact]
    public void A_file_that_is_read_and_written_keeps_its_bytes()
    {
        var file = TestData.MissingReason("models/omz-face-reid-retail-0095.onnx");
        Assert.SkipWhen(file is not null, file ?? "");
        var bytes = File.ReadAllBytes(TestData.Path("models/omz-face-reid-retail-0095.onnx"));
        OnnxModel.Parse(bytes, "x").ToBytes().AsSpan().SequenceEqual(bytes).ShouldBeTrue();
    }

    [Theory]
    [InlineData("this is a text file, not a network\n")]
    [InlineData("")]
    public void Something_else_is_refused_in_one_line(string content)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x.onnx"), content);
        var message = Should.Throw<PfeException>(() => OnnxModel.Load(folder.File("x.onnx"))).Message;
        message.ShouldContain("x.onnx' is not an ONNX model");
        message.ShouldNotContain("\n");
    }

    [Fact]
    public void Every_truncation_is_refused_or_read_without_another_exception()
    {
        var bytes = Sketch.Base().ToBytes();
        for (var length = 0; length < bytes.Length; length += 13)
        {
            try { OnnxModel.Parse(bytes[..length], "x"); }
            catch (PfeException) { /* the only exception that is meant for a user */ }
        }
    }

    [Fact]
    public void Weights_in_other_files_are_refused_with_the_remedy()
    {
        var proto = Sketch.Base().Proto.Clone();
        proto.Graph.Initializer[0].DataLocation = TensorProto.Types.DataLocation.External;
        Should.Throw<PfeException>(() => OnnxModel.Parse(proto.ToByteArray(), "x")).Message.ShouldContain("save it as one file first");
    }

    [Fact]
    public void A_tensor_inside_the_graph_can_become_an_output()
    {
        var model = Sketch.Base().WithDynamicBatch().WithOutputs("map");
        model.Outputs.Single().ToString().ShouldBe("map: float [?, 4, 3, 2]");
        // What comes after the map is gone.
        model.Operators.Sum(pair => pair.Value).ShouldBe(2);
        OrtRun.Run(model, Values.Random(1, 2, 3, 6, 4))["map"].Shape.ShouldBe([2, 4, 3, 2]);
        Should.Throw<PfeException>(() => Sketch.Base().WithOutputs("no")).Message.ShouldBe("'sketch.onnx' computes no tensor 'no'");
    }

    [Fact]
    public void A_change_leaves_the_original_alone()
    {
        var model = Sketch.Base();
        var before = model.ToBytes();
        _ = model.WithMetadata("a", "b").WithDynamicBatch().WithOutputs("map");
        _ = ProbabilisticModel.Build(model, Sketch.Description, NaiveHead.Random(1, "map", 24, 6));
        model.ToBytes().ShouldBe(before);
    }

    private static bool Contains(byte[] bytes, byte[] part) => bytes.AsSpan().IndexOf(part) >= 0;
}
