using Pfe.Storage;
using Pfe.TestSupport;

namespace Pfe.Onnx.Tests;

public sealed class UncertaintyHeadTests
{
    private static readonly UncertaintyHead Head = NaiveHead.Random(1, "map", 24, 6, hidden: 7) with
    {
        Notes = new Dictionary<string, string> { ["data"] = "drawn" },
    };

    [Fact]
    public void A_saved_head_comes_back_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        Head.Save(folder.File("head.safetensors"));
        var read = UncertaintyHead.Load(folder.File("head.safetensors"));
        foreach (var (a, b) in Parts(read).Zip(Parts(Head))) a.ToArray().ShouldBe(b.ToArray());
        (read.Source, read.Gain, read.Offset).ShouldBe((Head.Source, Head.Gain, Head.Offset));
        read.Notes.ShouldBe(Head.Notes);
        (read.Features, read.Hidden, read.Dimension).ShouldBe((24, 7, 6));
    }

    [Fact]
    public void Half_precision_rounds_the_two_matrices_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        Head.Save(folder.File("head.safetensors"), half: true);
        var read = UncertaintyHead.Load(folder.File("head.safetensors"));
        read.HiddenWeight.ToArray().ShouldBe([.. Head.HiddenWeight.ToArray().Select(value => (float)(Half)value)]);
        read.OutputWeight.ToArray().ShouldBe([.. Head.OutputWeight.ToArray().Select(value => (float)(Half)value)]);
        read.HiddenVariance.ToArray().ShouldBe(Head.HiddenVariance.ToArray());
        read.Offset.ShouldBe(Head.Offset);
    }

    [Fact]
    public void Another_safetensors_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder.File("x.safetensors"), [new SafetensorsEntry("mu", "U8", [1], stream => stream.WriteByte(0))]);
        Should.Throw<PfeException>(() => UncertaintyHead.Load(folder.File("x.safetensors")))
            .Message.ShouldContain("is not an uncertainty head");
    }

    [Fact]
    public void A_diverged_head_is_refused_with_the_place() =>
        Should.Throw<PfeException>(() => (Head with { HiddenMean = new float[] { 0, 0, 0, float.NaN, 0, 0, 0 } }).Validate("h"))
            .Message.ShouldBe("head 'h': hidden.mean[3] is NaN: the training diverged");

    [Fact]
    public void A_negative_variance_is_refused_with_the_place() =>
        Should.Throw<PfeException>(() => (Head with { OutputVariance = new float[] { 1, -1, 1, 1, 1, 1 } }).Validate("h"))
            .Message.ShouldBe("head 'h': output.variance[1] is -1, a variance cannot be negative");

    [Fact]
    public void A_part_of_the_wrong_size_is_refused() =>
        Should.Throw<PfeException>(() => (Head with { OutputVariance = new float[5] }).Validate("h"))
            .Message.ShouldBe("head 'h': output.variance has 5 values, 6 are wanted");

    private static IEnumerable<ReadOnlyMemory<float>> Parts(UncertaintyHead head) =>
        [head.HiddenWeight, head.HiddenScale, head.HiddenCentre, head.HiddenMean, head.HiddenVariance, head.OutputWeight, head.OutputMean,
            head.OutputVariance];
}
