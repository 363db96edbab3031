using Pfe.Interop.TensorFlow;
using Pfe.Onnx.Tests;
using Pfe.TestSupport;
using Pfe.TestSupport.TensorFlow;

namespace Pfe.Interop.Tests.TensorFlow;

/// <summary>Checkpoints that are nearly the reference's: whatever would make another network is taken into account or refused by
/// name.</summary>
public sealed class UnusualCheckpointTests
{
    private const string Head = "UncertaintyModule";

    [Theory]
    [InlineData("SphereNet/conv2/Conv_3/weights", "3,3,5,5")]
    [InlineData("SphereNet/conv1/Conv/BatchNorm/gamma", "4")]
    [InlineData("SphereNet/Bottleneck/BatchNorm/gamma", "9")]
    [InlineData(Head + "/fc2/weights", "9,9")]
    [InlineData(Head + "/fc_log_sigma_sq/BatchNorm/gamma", "9")]
    [InlineData(Head + "/fc_log_sigma_sq/BatchNorm/beta", "9")]
    [InlineData(Head + "/scale_and_shift/beta", "")]
    public void A_variable_that_the_demo_does_not_have_is_refused(string name, string sizes)
    {
        var naive = Small();
        long[] shape = [.. sizes.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];
        naive.Random(name, 1, shape);
        // An odd number of convolutions has a message of its own: here a second one completes the pair, without its slopes.
        if (name.Contains("Conv_3", StringComparison.Ordinal))
            Refusal(naive).ShouldContain("has no variable 'SphereNet/conv2/Conv_3/p_re_lu/alpha'");
        else Refusal(naive).ShouldContain($"has variable '{name}' [{string.Join(", ", shape)}], which the reference's " +
            $"{name.Split('/')[0]} " +
            "has not");
    }

    [Theory]
    [InlineData("SphereNet/conv4/Conv/biases")]
    [InlineData("SphereNet/conv2/Conv_2/p_re_lu/alpha")]
    [InlineData("SphereNet/Bottleneck/BatchNorm/moving_variance")]
    [InlineData(Head + "/fc1/weights")]
    [InlineData(Head + "/fc1/BatchNorm/gamma")]
    [InlineData(Head + "/scale_and_shift/alpha")]
    public void A_missing_variable_is_named(string name) => Refusal(Small(), without: name).ShouldContain($"has no variable '{name}'");

    [Fact]
    public void A_gap_in_the_convolutions_does_not_pass_for_a_shallower_network() =>
        Refusal(new NaiveSphereNet([0, 2, 0, 0], [4, 5, 6, 7], 32, 48, 9, head: true), without: "SphereNet/conv2/Conv_3/weights")
            .ShouldContain("which the reference's SphereNet has not");

    [Fact]
    public void Weights_of_a_diverged_training_are_refused()
    {
        var naive = Small();
        naive.Variables["SphereNet/conv3/Conv/weights"].Values[7] = float.NaN;
        Refusal(naive).ShouldContain("'SphereNet/conv3/Conv/weights' holds NaN: the training diverged");
    }

    [Fact]
    public void Another_depth_than_the_one_asked_for_is_refused() =>
        Refusal(new NaiveSphereNet([0, 1, 2, 0], [4, 5, 6, 7], 32, 48, 9, head: true), layers: 64)
            .ShouldContain("holds SphereNet-10, 64 layers are wanted");

    [Fact]
    public void A_bias_of_a_normalised_layer_counts()
    {
        var naive = Small();
        foreach (var layer in new[] { "SphereNet/Bottleneck", Head + "/fc1", Head + "/fc_log_sigma_sq" })
            naive.Random($"{layer}/biases", 1, 9);
        using var folder = new TemporaryFolder();
        var (biased, plain) = (Read(naive, folder), Read(Small(), folder));
        // W x + b normalised with mean m is W x normalised with mean m - b.
        Difference(plain.Head!.HiddenMean, biased.Head!.HiddenMean).ShouldBe(naive.Variables[Head + "/fc1/biases"].Values, 1e-6);
        Difference(plain.Head!.OutputMean, biased.Head!.OutputMean)
            .ShouldBe(naive.Variables[Head + "/fc_log_sigma_sq/biases"].Values, 1e-6);
        var images = Values.Random(9, 1, 3, 48, 32);
        var (with, without) = (OrtRun.Run(biased.Base, images)["embedding"].Data, OrtRun.Run(plain.Base, images)["embedding"].Data);
        var variance = naive.Variables["SphereNet/Bottleneck/BatchNorm/moving_variance"].Values;
        for (var i = 0; i < 9; i++)
            with[i].ShouldBe((float)(without[i] + naive.Variables["SphereNet/Bottleneck/biases"].Values[i] / Math.Sqrt(variance[i] + 1e-3)),
                1e-4);
    }

    [Fact]
    public void Momentum_slots_are_told_from_variables()
    {
        var missing = TestData.MissingReason("tf-checkpoint/PNet_landmark");
        Assert.SkipWhen(missing is not null, missing ?? "");
        using var checkpoint = TensorFlowCheckpoint.Open(TestData.Path("tf-checkpoint/PNet_landmark"));
        var own = checkpoint.Variables.Where(variable => variable is { SlotOf: null, Type: "float" }).ToList();
        // Three convolutions with weights, biases and PReLU, three outputs with weights and biases.
        own.Count.ShouldBe(15);
        foreach (var variable in own)
        {
            var slot = checkpoint.Describe(variable.Name + "/Momentum");
            slot.SlotOf.ShouldBe(variable.Name);
            slot.Shape.ShouldBe(variable.Shape);
        }
    }

    [Fact]
    public void Strings_do_not_pass_for_damage()
    {
        using var folder = new TemporaryFolder();
        var writer = new CheckpointWriter();
        writer.Add("a", [1f, 2f], 2);
        writer.Add("graph", 7, [3, 65, 66, 67], 1);
        writer.Write(folder.File("ckpt-1"));
        var index = folder.File("ckpt-1.data-00000-of-00001");
        var bytes = File.ReadAllBytes(index);
        bytes[^1] ^= 1;
        File.WriteAllBytes(index, bytes);
        using var checkpoint = TensorFlowCheckpoint.Open(folder.Path);
        checkpoint.Verify().ShouldBe(1);
    }

    private static NaiveSphereNet Small() => new([0, 1, 0, 0], [4, 5, 6, 7], 32, 48, 9, head: true);

    private static float[] Difference(ReadOnlyMemory<float> a, ReadOnlyMemory<float> b) =>
        [.. a.ToArray().Zip(b.ToArray(), (x, y) => x - y)];

    private static ImportedSphereNet Read(NaiveSphereNet naive, TemporaryFolder folder, int? layers = null, string? without = null)
    {
        var writer = new CheckpointWriter();
        foreach (var (name, (values, shape)) in naive.Variables)
            if (name != without) writer.Add(name, values, shape);
        writer.Write(folder.File("ckpt-5"));
        using var checkpoint = TensorFlowCheckpoint.Open(folder.Path);
        return SphereNetImport.Read(checkpoint, 32, 48, layers, TestContext.Current.CancellationToken);
    }

    private static string Refusal(NaiveSphereNet naive, int? layers = null, string? without = null)
    {
        using var folder = new TemporaryFolder();
        return Should.Throw<PfeException>(() => Read(naive, folder, layers, without)).Message;
    }
}
