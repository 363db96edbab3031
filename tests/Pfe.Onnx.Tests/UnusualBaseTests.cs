using System.Runtime.InteropServices;
using Google.Protobuf;
using Pfe.Onnx.Graphs;
using Pfe.Onnx.Wire;
using Pfe.TestSupport;

namespace Pfe.Onnx.Tests;

/// <summary>Base networks as exporters write them: in half precision, quantised to integers, with weights in a file beside them.</summary>
public sealed class UnusualBaseTests
{
    private const int Half = 10, UInt8 = 2, Int8 = 3;
    private static readonly Values Images = Values.Random(1, 3, 3, 6, 4);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_base_in_half_precision_gets_a_head_in_single(bool floatInput)
    {
        var proto = InHalf(Sketch.Base(), floatInput);
        var head = NaiveHead.Random(2, "map", 24, 6);
        var result = OrtRun.Run(ProbabilisticModel.Build(new OnnxModel(proto, "half.onnx"), Sketch.Description, head), Images);
        var expected = OrtRun.Run(ProbabilisticModel.Build(Sketch.Base(), Sketch.Description, head), Images);
        for (var i = 0; i < result["mu"].Data.Length; i++)
        {
            result["mu"].Data[i].ShouldBe(expected["mu"].Data[i], 5e-3f);
            result["log_variance"].Data[i].ShouldBe(expected["log_variance"].Data[i], 2e-2f);
        }
    }

    [Fact]
    public void A_base_quantised_to_integers_has_its_shapes_followed()
    {
        var model = Quantised();
        model.ShapeOf("map").ShouldBe([1, 4, 3, 2]);
        model.FindFeatureMap("output").Name.ShouldBe("map");
        var result = OrtRun.Run(ProbabilisticModel.Build(model, Sketch.Description, NaiveHead.Random(2, "map", 24, 6)), Images);
        result["log_variance"].Shape.ShouldBe([3, 6]);
        result["mu"].Data.ShouldAllBe(value => float.IsFinite(value));
    }

    [Fact]
    public void Weights_in_a_file_beside_the_model_are_taken_in()
    {
        using var folder = new TemporaryFolder();
        var model = Outside(folder, "weights.bin");
        OnnxModel.Load(model).ToBytes().ShouldBe(Sketch.Base().ToBytes());
        Should.Throw<PfeException>(() => OnnxModel.Parse(File.ReadAllBytes(model), "net.onnx"))
            .Message.ShouldContain("from its own folder");
        File.WriteAllBytes(folder.File("weights.bin"), new byte[10]);
        Should.Throw<PfeException>(() => OnnxModel.Load(model)).Message.ShouldContain("which has 10: was it copied whole?");
        File.Delete(folder.File("weights.bin"));
        Should.Throw<PfeException>(() => OnnxModel.Load(model)).Message.ShouldContain("weights.bin");
    }

    [Theory]
    [InlineData("../weights.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    [InlineData("a/../../weights.bin")]
    public void Weights_are_read_from_nowhere_else(string location)
    {
        using var folder = new TemporaryFolder();
        var model = Outside(folder, "weights.bin", location);
        Should.Throw<PfeException>(() => OnnxModel.Load(model)).Message.ShouldContain("is no file in its own folder");
    }

    [Theory]
    [InlineData("-1", "4")]
    [InlineData("9223372036854775807", "4")]
    [InlineData("0", "9223372036854775807")]
    [InlineData("x", "4")]
    public void A_place_that_the_file_does_not_have_is_refused(string offset, string length)
    {
        using var folder = new TemporaryFolder();
        var model = Outside(folder, "weights.bin");
        var proto = ModelProto.Parser.ParseFrom(File.ReadAllBytes(model));
        foreach (var pair in proto.Graph.Initializer[0].ExternalData)
            if (pair.Key is "offset" or "length") pair.Value = pair.Key == "offset" ? offset : length;
        File.WriteAllBytes(model, proto.ToByteArray());
        Should.Throw<PfeException>(() => OnnxModel.Load(model)).Message.ShouldContain(proto.Graph.Initializer[0].Name);
    }

    [Fact]
    public void A_pointer_of_Git_LFS_is_called_so() => Should.Throw<PfeException>(() => OnnxModel.Parse(
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"u8.ToArray(), "net.onnx"))
            .Message.ShouldContain("git lfs pull");

    /// <summary>All weights, and all that is computed, in half precision; the ends float where the exporter keeps them so.</summary>
    private static ModelProto InHalf(OnnxModel network, bool floatInput)
    {
        var proto = network.Proto.Clone();
        foreach (var tensor in proto.Graph.Initializer.Where(tensor => tensor.DataType == Tensors.Float))
        {
            var halves = MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray().Select(value => (System.Half)value).ToArray();
            (tensor.DataType, tensor.RawData) = (Half, ByteString.CopyFrom(MemoryMarshal.AsBytes(halves.AsSpan())));
        }
        if (floatInput)
        {
            proto.Graph.Rename("input", "half");
            proto.Graph.Input[0].Name = "input";
            proto.Graph.Node.Insert(0, Nodes.Create("Cast", ["input"], "half", Nodes.Int("to", Half)));
        }
        else proto.Graph.Input[0].Type.TensorType.ElemType = Half;
        proto.Graph.Output[0].Type.TensorType.ElemType = Half;
        return proto;
    }

    /// <summary>As dynamic quantisation writes a network: integer convolution, rescaled to float.</summary>
    private static OnnxModel Quantised()
    {
        var sketch = new Sketch();
        var x = sketch.Input("input", -1, 3, 6, 4);
        var proto = sketch.Model("output").Proto;
        var graph = proto.Graph;
        graph.Initializer.Add(Bytes("wq", Int8, [.. Enumerable.Range(0, 4 * 3 * 9).Select(i => (byte)(i * 37))], 4, 3, 3, 3));
        graph.Initializer.Add(Bytes("wz", Int8, [0]));
        graph.Initializer.Add(Tensors.Floats("ws", [0.01f]));
        graph.Initializer.Add(Tensors.Floats("w2", [.. Enumerable.Range(0, 24 * 6).Select(i => MathF.Sin(i))], 24, 6));
        var quantised = Nodes.Create("DynamicQuantizeLinear", [x], "xq");
        quantised.Output.Add(["xs", "xz"]);
        graph.Node.Add(quantised);
        graph.Node.Add(Nodes.Create("ConvInteger", ["xq", "wq", "xz", "wz"], "ci", Nodes.Ints("strides", 2, 2),
            Nodes.Ints("pads", 1, 1, 1, 1)));
        graph.Node.Add(Nodes.Create("Cast", ["ci"], "cf", Nodes.Int("to", Tensors.Float)));
        graph.Node.Add(Nodes.Create("Mul", ["xs", "ws"], "scale"));
        graph.Node.Add(Nodes.Create("Mul", ["cf", "scale"], "c"));
        graph.Node.Add(Nodes.Create("Relu", ["c"], "map"));
        graph.Node.Add(Nodes.Create("Flatten", ["map"], "flat", Nodes.Int("axis", 1)));
        graph.Node.Add(Nodes.Create("MatMul", ["flat", "w2"], "output"));
        return OnnxModel.Parse(proto.ToByteArray(), "quantised.onnx");
    }

    private static TensorProto Bytes(string name, int type, byte[] values, params long[] dims)
    {
        var tensor = new TensorProto { Name = name, DataType = type, RawData = ByteString.CopyFrom(values) };
        tensor.Dims.Add(dims);
        return tensor;
    }

    /// <summary>The small base with its weights in a file beside it.</summary>
    private static string Outside(TemporaryFolder folder, string file, string? location = null)
    {
        var proto = Sketch.Base().Proto.Clone();
        using (var weights = File.Create(folder.File(file)))
        {
            foreach (var tensor in proto.Graph.Initializer)
            {
                var (offset, bytes) = (weights.Position, tensor.RawData.ToByteArray());
                weights.Write(bytes);
                tensor.ClearRawData();
                tensor.DataLocation = TensorProto.Types.DataLocation.External;
                foreach (var (key, value) in new[] { ("location", location ?? file), ("offset", $"{offset}"),
                    ("length", $"{bytes.Length}") })
                    tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
            }
        }
        File.WriteAllBytes(folder.File("net.onnx"), proto.ToByteArray());
        return folder.File("net.onnx");
    }
}
