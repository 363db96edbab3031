using Pfe.Calibration;
using Pfe.Onnx;
using Pfe.Vision.Models;

namespace Pfe.Vision.Tests.Models;

public sealed class DefaultModelTests
{
    [Fact]
    public void The_default_model_is_put_together_in_memory_and_carries_its_description_and_calibration()
    {
        var store = Needs.Store();
        var before = Directory.GetFiles(store.Folder);
        var model = DefaultModel.Load(store);
        Directory.GetFiles(store.Folder).ShouldBe(before);
        model.Sha256().ShouldBe(DefaultModel.Load(store).Sha256());
        ProbabilisticModel.Describe(model).ChannelOrder.ShouldBe(ChannelOrder.Bgr);
        var calibration = ScoreCalibration.FromMetadata(model.Metadata, "the default model")!;
        calibration.Dimension.ShouldBe(512);
        calibration.FalseMatch.Select(point => point.Rate).ShouldContain(1e-4);
        (calibration.GenuineLapses, calibration.ImpostorLapses).ShouldSatisfyAllConditions(
            lapses => lapses.GenuineLapses.ShouldBeInRange(1.0 / 4_377, 0.05), lapses => lapses.ImpostorLapses.ShouldBeInRange(1e-6, 1e-3));
    }

    [Fact]
    public void It_is_the_model_that_embeddings_of_earlier_versions_name() => DefaultModel.Load(Needs.Store()).Sha256()
        .ShouldBe("796dc55d97e9d7f6115a19c7a0388bfe84348248e2c54904963fc8cb75d371fd");

    [Theory]
    [InlineData("Pfe.Vision.default-head.safetensors")]
    [InlineData("Pfe.Vision.default-trust-head.safetensors")]
    public void Its_heads_as_files_carry_their_checksums(string name)
    {
        using var stream = typeof(DefaultModel).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        bytes[^100] ^= 1;
        Should.Throw<DamagedFileException>(() => name.Contains("trust", StringComparison.Ordinal)
            ? (object)TrustHead.Parse(bytes, name) : UncertaintyHead.Parse(bytes, name));
    }

    [Fact]
    public void Its_means_have_length_1_and_its_variances_differ_between_pictures()
    {
        using var embedder = new FaceEmbedder(DefaultModel.Load(Needs.Store()));
        var (flat, busy) = (embedder.EmbedAligned(Drawn.Gradient(112, 112)), embedder.EmbedAligned(Drawn.Noise(112, 112, 1)));
        Math.Sqrt(flat.Embedding.Mu.ToArray().Sum(value => (double)value * value)).ShouldBe(1, 1e-5);
        Math.Abs(FaceUncertainty.Of(flat.Embedding) - FaceUncertainty.Of(busy.Embedding)).ShouldBeGreaterThan(0.01);
    }
}
