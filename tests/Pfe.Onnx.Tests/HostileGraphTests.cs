using System.Diagnostics;
using Google.Protobuf;
using Pfe.Onnx.Graphs;
using Pfe.Onnx.Wire;

namespace Pfe.Onnx.Tests;

/// <summary>Graphs of a few nodes that ask for more than any machine has: refused or left unknown, at once and in little memory.</summary>
public sealed class HostileGraphTests
{
    [Fact]
    public void Integers_that_double_with_every_node_are_not_followed()
    {
        var sketch = new Sketch();
        var x = sketch.Input("x", 1, 3, 4, 4);
        var shape = sketch.Node("Concat", [sketch.Integers(1, 2, 3, 4), sketch.Integers(5, 6, 7, 8)]);
        for (var i = 0; i < 40; i++) shape = sketch.Node("Concat", [shape, shape]);
        var model = sketch.Model(sketch.Node("Expand", [x, shape]));
        Cheap(() => model.ShapeOf(model.Outputs[0].Name)).ShouldBeNull();
    }

    [Fact]
    public void Dimensions_that_double_with_every_node_are_not_followed()
    {
        var sketch = new Sketch();
        var x = sketch.Input("x", 1, 3, 4, 4);
        for (var i = 0; i < 40; i++) x = sketch.Node("Gather", [x, x]);
        var model = sketch.Model(x);
        Cheap(() => model.ShapeOf(x)).ShouldBeNull();
    }

    [Theory]
    [InlineData(0, long.MaxValue, 1, long.MaxValue)]
    [InlineData(long.MinValue, long.MaxValue, 1, long.MaxValue)]
    [InlineData(-1, long.MinValue, -1, long.MaxValue)]
    [InlineData(long.MaxValue, 0, long.MinValue, 1)]
    [InlineData(5, 5, 3, 0)]
    public void A_slice_is_counted_and_not_walked(long start, long end, long step, long count) =>
        Cheap(() => ShapeRules.SliceBounds(long.MaxValue, start, end, step).Count).ShouldBe(count);

    [Fact]
    public void Slices_are_those_of_a_walk()
    {
        for (var size = 0; size < 6; size++)
            for (var start = -8; start < 9; start++)
                for (var end = -8; end < 9; end++)
                    foreach (var step in new[] { -3, -2, -1, 1, 2, 3 })
                    {
                        var (first, count) = ShapeRules.SliceBounds(size, start, end, step);
                        Enumerable.Range(0, (int)count).Select(i => first + i * step).ShouldBe(Walk(size, start, end, step));
                    }
    }

    [Fact]
    public void Nodes_in_a_circle_and_in_a_long_chain_end()
    {
        var sketch = new Sketch();
        sketch.Named("a", "Identity", ["b"]);
        sketch.Named("b", "Identity", ["a"]);
        sketch.Input("x", 1, 3, 4, 4);
        var x = sketch.Named("start", "Identity", ["x"]);
        for (var i = 0; i < 50_000; i++) x = sketch.Node("Identity", [x]);
        var model = sketch.Model("a", x);
        Cheap(() => Normalisation.Before(model.Proto.Graph, "a")).ShouldBeNull();
        Cheap(() => Normalisation.Before(model.Proto.Graph, x)).ShouldBeNull();
    }

    [Theory]
    [InlineData("Unsqueeze", new long[] { long.MaxValue })]
    [InlineData("Reshape", new long[] { long.MaxValue, long.MaxValue })]
    [InlineData("Transpose", new long[] { 9, 9, 9, 9 })]
    [InlineData("Split", new long[] { -1, long.MinValue })]
    [InlineData("Pad", new[] { long.MaxValue, 0, 0, 0, long.MaxValue, 0, 0, 0 })]
    public void A_node_that_breaks_its_rules_has_no_shape(string op, long[] values)
    {
        var sketch = new Sketch();
        var x = sketch.Input("x", 1, 3, 4, 4);
        var (axes, other) = (sketch.Integers(values), sketch.Integers(values));
        var y = sketch.Node(op, [x, axes, other, other, other], Nodes.Ints("perm", values), Nodes.Int("axis", long.MaxValue));
        Cheap(() => sketch.Model(y).ShapeOf(y)).ShouldBeNull();
    }

    [Fact]
    public void A_file_whose_nodes_or_weights_cannot_be_is_refused()
    {
        Refused(graph => graph.Node.Add(new NodeProto { OpType = "Div", Output = { "y" } })).ShouldContain("node Div has 0 inputs");
        Refused(graph => graph.Node.Add(new NodeProto { OpType = "Reshape", Input = { "x" } })).ShouldContain("0 outputs");
        Refused(graph => graph.Initializer.Add(new TensorProto { Name = "w", Dims = { 1L << 40, 1L << 40 } })).ShouldContain("weight 'w'");
        Refused(graph => graph.Initializer.Add(new TensorProto { Name = "w", Dims = { -5 } })).ShouldContain("weight 'w'");
        Refused(graph =>
        {
            for (var i = 0; i < 2; i++) graph.Node.Add(Nodes.Create("Relu", ["x"], "twice"));
        }).ShouldContain("'twice' is computed twice");
    }

    [Fact]
    public void A_small_file_of_very_many_empty_nodes_is_refused_before_it_is_parsed()
    {
        var nodes = Enumerable.Repeat<byte[]>([1 << 3 | 2, 0], 2_000_000).SelectMany(node => node).ToArray();
        // The same within an attribute of a node, as a branch of an If.
        var branch = Part(1, Part(5, [.. new AttributeProto { Name = "then_branch" }.ToByteArray(), .. Part(6, nodes)]));
        byte[] plain = [.. Sketch.Base().Proto.ToByteArray(), .. Part(7, nodes)];
        byte[] nested = [.. Sketch.Base().Proto.ToByteArray(), .. Part(7, branch)];
        foreach (var bytes in new[] { plain, nested })
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Should.Throw<PfeException>(() => OnnxModel.Parse(bytes, "net.onnx")).Message.ShouldBe(
                "'net.onnx' is no network: it has more than 500000 nodes, names and attributes");
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
        }

        static byte[] Part(int field, byte[] content)
        {
            using var memory = new MemoryStream();
            using (var wire = new CodedOutputStream(memory, leaveOpen: true))
            {
                wire.WriteTag(field, WireFormat.WireType.LengthDelimited);
                wire.WriteBytes(ByteString.CopyFrom(content));
            }
            return memory.ToArray();
        }
    }

    private static string Refused(Action<GraphProto> change)
    {
        var proto = Sketch.Base().Proto.Clone();
        change(proto.Graph);
        return Should.Throw<PfeException>(() => OnnxModel.Parse(proto.ToByteArray(), "net.onnx")).Message;
    }

    private static T Cheap<T>(Func<T> work)
    {
        var (clock, before) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
        var result = work();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(256L << 20);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
        return result;
    }

    // The ONNX reference's own words: as Python's range does.
    private static IEnumerable<long> Walk(long size, long start, long end, long step)
    {
        if (start < 0) start += size;
        if (end < 0) end += size;
        start = step > 0 ? Math.Clamp(start, 0, size) : Math.Clamp(start, 0, Math.Max(0, size - 1));
        end = step > 0 ? Math.Clamp(end, 0, size) : Math.Clamp(end, -1, Math.Max(-1, size - 1));
        if (size == 0) yield break;
        for (var i = start; step > 0 ? i < end : i > end; i += step) yield return i;
    }
}
