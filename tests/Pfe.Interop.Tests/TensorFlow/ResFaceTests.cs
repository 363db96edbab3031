using Pfe.Interop.TensorFlow;
using Pfe.Onnx;
using Pfe.Onnx.Tests;
using Pfe.TestSupport;
using Pfe.TestSupport.TensorFlow;

namespace Pfe.Interop.Tests.TensorFlow;

/// <summary>ProbFace's checkpoints written, imported, run in ONNX Runtime, against the naive float64 network.</summary>
public sealed class ResFaceTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(20, false)]
    [InlineData(20, true)]
    public void The_import_gives_the_naive_networks_mu_and_log_variance(int outputs, bool layered)
    {
        using var folder = new TemporaryFolder();
        // Narrow, but with the published numbers of units.
        var naive = new NaiveResFace([3, 8, 16, 3], [5, 6, 7, 8], side: 32, dimension: 20, outputs, layered);
        naive.Write(new CheckpointWriter(), folder.File("ckpt-1"));
        using var checkpoint = TensorFlowCheckpoint.Open(folder.Path);
        var imported = SphereNetImport.Read(checkpoint, 32, 32, layers: 64);
        imported.Base.Name.ShouldBe("ResFace-64");
        imported.Head!.Source.ShouldBe(layered
            ? "feature+pool(conv1/unit3)+pool(conv2/unit8)+pool(conv3/unit16)+pool(conv4/unit3)" : "feature");
        (imported.Description.Mean.First, imported.Description.Std.First, imported.Description.Alignment)
            .ShouldBe((128f, 128f, "arcface-112x112"));

        var images = Values.Random(9, 2, 3, 32, 32);
        var result = OrtRun.Run(imported.ToModel(), images);
        for (var i = 0; i < 2; i++)
        {
            var (mu, logVariance) = naive.Run(images.Turned(i));
            Near(result["mu"].Item(i).Data, mu);
            Near(result["log_variance"].Item(i).Data, outputs == 1 ? [.. Enumerable.Repeat(logVariance[0], 20)] : logVariance);
        }
        // Blind if every image gave the same.
        Math.Abs(result["log_variance"].Item(0).Data[0] - result["log_variance"].Item(1).Data[0]).ShouldBeGreaterThan(1e-3f);
    }

    [Fact]
    public void Without_a_size_the_published_networks_own_is_taken()
    {
        using var folder = new TemporaryFolder();
        new NaiveResFace([0, 0, 0, 0], [4, 4, 4, 4], side: 96, dimension: 8, outputs: 1, layered: false).Write(new CheckpointWriter(),
            folder.File("ckpt-1"));
        using var checkpoint = TensorFlowCheckpoint.Open(folder.Path);
        var description = SphereNetImport.Read(checkpoint).Description;
        (description.Width, description.Height).ShouldBe((96, 96));
    }

    [Fact]
    public void A_model_is_imported_once_and_another_checkpoint_is_another_file()
    {
        using var folder = new TemporaryFolder();
        new NaiveResFace([0, 0, 0, 0], [4, 4, 4, 4], 96, 8, 1, layered: false).Write(new CheckpointWriter(), folder.File("a", "ckpt-1"));
        new NaiveResFace([0, 0, 0, 0], [4, 4, 4, 4], 96, 8, 1, layered: false, seed: 2).Write(new CheckpointWriter(),
            folder.File("b", "ckpt-1"));
        var (cache, a, b) = (Path.Combine(folder.Path, "cache"), Path.Combine(folder.Path, "a"), Path.Combine(folder.Path, "b"));
        var first = SphereNetImport.Keep(a, cache);
        File.SetLastWriteTimeUtc(first, DateTime.UnixEpoch);
        SphereNetImport.Keep(a, cache).ShouldBe(first);
        File.GetLastWriteTimeUtc(first).ShouldBe(DateTime.UnixEpoch);
        SphereNetImport.Keep(b, cache).ShouldNotBe(first);
        ProbabilisticModel.Describe(OnnxModel.Load(first)).Name.ShouldBe("ResFace-4");
    }

    private static void Near(IEnumerable<float> values, double[] expected) =>
        values.Zip(expected).Max(pair => Math.Abs(pair.First - pair.Second)).ShouldBeLessThan(1e-4 * Math.Max(1, expected.Max(Math.Abs)));
}
