using Pfe.Interop.TensorFlow;
using Pfe.Onnx;
using Pfe.Onnx.Tests;
using Pfe.TestSupport;
using Pfe.TestSupport.TensorFlow;

namespace Pfe.Interop.Tests.TensorFlow;

/// <summary>Checkpoint written, imported, run in ONNX Runtime, against the naive float64 network.</summary>
public sealed class SphereNetTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string, int[]> Depths => new()
    {
        { "SphereNet-4", [0, 0, 0, 0] },
        { "SphereNet-10", [0, 1, 2, 0] },
        { "SphereNet-20", [1, 2, 4, 1] },
        { "SphereNet-36", [2, 4, 8, 2] },
        { "SphereNet-64", [3, 8, 16, 3] },
    };

    [Theory]
    [MemberData(nameof(Depths))]
    public void Every_depth_gives_the_naive_networks_mu_and_log_variance(string name, int[] units)
    {
        // Narrow, but with the published numbers of units; a map of 3 x 2 tells the flatten orders apart.
        var naive = new NaiveSphereNet(units, [6, 8, 10, 12], width: 32, height: 48, dimension: 20, head: true);
        Import(naive, 32, 48, imported => imported.Base.Name.ShouldBe(name));
    }

    [Theory]
    [InlineData(4, new[] { 0, 0, 0, 0 })]
    [InlineData(20, new[] { 1, 2, 4, 1 })]
    public void The_demos_own_size_gives_the_naive_networks_mu_and_log_variance(int layers, int[] units) =>
        Import(new NaiveSphereNet(units, [64, 128, 256, 512], 96, 112, 512, head: true), 96, 112, imported =>
        {
            imported.Base.Name.ShouldBe($"SphereNet-{layers}");
            imported.Head!.Features.ShouldBe(21504);
            imported.Description.Alignment.ShouldBe("demo-96x112");
            imported.Base.Outputs.Select(output => output.ToString())
                .ShouldBe(["embedding: float [?, 512]", "feature: float [?, 512, 7, 6]"]);
        });

    [Theory]
    [InlineData(33, 47)]
    [InlineData(30, 50)]
    [InlineData(17, 16)]
    public void Odd_sizes_are_padded_as_TensorFlow_pads_them(int width, int height) =>
        Import(new NaiveSphereNet([0, 1, 0, 0], [4, 5, 6, 7], width, height, 9, head: true), width, height);

    [Fact]
    public void A_head_with_a_PReLU_keeps_its_slopes()
    {
        var naive = new NaiveSphereNet([0, 0, 0, 0], [4, 5, 6, 7], 32, 48, 9, head: true);
        naive.Random("UncertaintyModule/fc1/p_re_lu/alpha", 0.5, 1, 9);
        Import(naive, 32, 48, imported => imported.Head!.HiddenSlope.Length.ShouldBe(9));
    }

    [Fact]
    public void A_base_alone_becomes_a_base_that_describes_itself()
    {
        using var folder = new TemporaryFolder();
        var naive = new NaiveSphereNet([0, 1, 0, 0], [4, 5, 6, 7], 32, 48, 9, head: false);
        naive.Write(new CheckpointWriter(), folder.File("ckpt-5"));
        using var checkpoint = TensorFlowCheckpoint.Open(folder.Path);
        var imported = SphereNetImport.Read(checkpoint, 32, 48);
        imported.Head.ShouldBeNull();
        var model = imported.ToModel();
        NetworkDescription.Parse(model.Metadata["pfe.network"], "x").ShouldBe(imported.Description);

        var images = Values.Random(9, 1, 3, 48, 32);
        var embedding = OrtRun.Run(model, images)["embedding"].Data;
        var length = Math.Sqrt(embedding.Sum(value => (double)value * value));
        Near(embedding.Select(value => value / length), naive.Run(images.Turned(0)).Mu);
    }

    [Fact]
    public void Variables_of_the_optimiser_and_of_a_classifier_do_not_disturb()
    {
        var naive = new NaiveSphereNet([0, 1, 0, 0], [4, 5, 6, 7], 32, 48, 9, head: true);
        naive.Random("SphereNet/conv2/Conv_1/weights/Momentum", 1, 3, 3, 5, 5);
        naive.Random("UncertaintyModule/scale_and_shift/alpha/Momentum", 1);
        naive.Random("Softmax/weights", 1, 9, 100);
        naive.Random("beta1_power", 1);
        Import(naive, 32, 48);
    }

    [Fact]
    public void The_same_checkpoint_gives_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        new NaiveSphereNet([0, 1, 0, 0], [4, 5, 6, 7], 32, 48, 9, head: true).Write(new CheckpointWriter(), folder.File("ckpt-5"));
        using var checkpoint = TensorFlowCheckpoint.Open(folder.Path);
        SphereNetImport.Read(checkpoint, 32, 48).ToModel().ToBytes().ShouldBe(SphereNetImport.Read(checkpoint, 32, 48).ToModel().ToBytes());
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        using var folder = new TemporaryFolder();
        var naive = new NaiveSphereNet([0, 1, 0, 0], [4, 5, 6, 7], 32, 48, 9, head: true);
        naive.Write(new CheckpointWriter(), folder.File("good", "ckpt-1"));
        Message("good", 96, 112).ShouldContain("an image of 96 x 112 gives 294 values: what size of image was it trained on?");

        var half = new CheckpointWriter();
        foreach (var (name, (values, shape)) in naive.Variables)
            if (name != "SphereNet/conv3/Conv/p_re_lu/alpha") half.Add(name, values, shape);
        half.Write(folder.File("half", "ckpt-1"));
        Message("half", 32, 48).ShouldContain("has no variable 'SphereNet/conv3/Conv/p_re_lu/alpha'");

        naive.Random("SphereNet/conv1/SE/se_fc1/weights", 1, 4, 1);
        naive.Write(new CheckpointWriter(), folder.File("gate", "ckpt-1"));
        Message("gate", 32, 48).ShouldContain("squeeze-and-excitation");

        string Message(string name, int width, int height)
        {
            using var checkpoint = TensorFlowCheckpoint.Open(Path.Combine(folder.Path, name));
            return Should.Throw<PfeException>(() => SphereNetImport.Read(checkpoint, width, height)).Message;
        }
    }

    [Fact]
    public void A_checkpoint_of_something_else_is_refused()
    {
        var missing = TestData.MissingReason("tf-checkpoint/PNet_landmark");
        Assert.SkipWhen(missing is not null, missing ?? "");
        using var checkpoint = TensorFlowCheckpoint.Open(TestData.Path("tf-checkpoint/PNet_landmark"));
        Should.Throw<PfeException>(() => SphereNetImport.Read(checkpoint)).Message.ShouldContain("it has no variables under 'SphereNet/'");
    }

    private static void Import(NaiveSphereNet naive, int width, int height, Action<ImportedSphereNet>? check = null)
    {
        using var folder = new TemporaryFolder();
        naive.Write(new CheckpointWriter(), folder.File("ckpt-5"));
        using var checkpoint = TensorFlowCheckpoint.Open(folder.Path);
        var imported = SphereNetImport.Read(checkpoint, width, height);
        check?.Invoke(imported);
        var images = Values.Random(9, 2, 3, height, width);
        var result = OrtRun.Run(imported.ToModel(), images);
        for (var i = 0; i < 2; i++)
        {
            var (mu, logVariance) = naive.Run(images.Turned(i));
            Near(result["mu"].Item(i).Data.Select(value => (double)value), mu);
            Near(result["log_variance"].Item(i).Data.Select(value => (double)value), logVariance!);
            // The test would be blind if the network gave one value everywhere.
            (logVariance!.Max() - logVariance!.Min()).ShouldBeGreaterThan(0.1);
        }
    }

    private static void Near(IEnumerable<double> values, double[] expected)
    {
        var largest = expected.Max(Math.Abs);
        values.Zip(expected).Max(pair => Math.Abs(pair.First - pair.Second)).ShouldBeLessThan(Tolerance * largest);
    }
}
