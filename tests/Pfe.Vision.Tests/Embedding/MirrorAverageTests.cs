using Pfe.TestSupport;
using Pfe.Vision.Embedding;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;
using Pfe.Vision.Networks;

namespace Pfe.Vision.Tests.Embedding;

public sealed class MirrorAverageTests : IDisposable
{
    private static readonly NetworkOptions Flip = new() { Flip = true };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_face_and_its_mirror_image_are_averaged_as_the_naive_twin_does_it()
    {
        var model = DefaultModel.Load(Needs.Store());
        using var plain = new FaceEmbedder(model);
        using var flipping = new FaceEmbedder(model, Flip);
        var face = Drawn.Noise(112, 112, 5);
        var (one, other, both) = (plain.EmbedAligned(face), plain.EmbedAligned(Mirrored(face)), flipping.EmbedAligned(face));

        var mean = Enumerable.Range(0, plain.Dimension).Select(d => (double)one.Embedding.Mu[d] + other.Embedding.Mu[d]).ToArray();
        var length = Math.Sqrt(mean.Sum(value => value * value));
        for (var d = 0; d < plain.Dimension; d++)
        {
            ((double)both.Embedding.Mu[d]).ShouldBe(mean[d] / length, 1e-6);
            ((double)both.Embedding.LogVariance[d]).ShouldBe(
                Math.Log((Math.Exp(one.Embedding.LogVariance[d]) + Math.Exp(other.Embedding.LogVariance[d])) / 2), 1e-5);
        }
        ((double)both.Norm).ShouldBe((one.Norm + other.Norm) / 2.0, 1e-4);
        ((double)both.Trust!.Value.Reliability).ShouldBe((one.Trust!.Value.Reliability + other.Trust!.Value.Reliability) / 2.0, 1e-6);
        ((double)both.Trust!.Value.Collision).ShouldBe((one.Trust!.Value.Collision + other.Trust!.Value.Collision) / 2.0, 1e-6);
        both.Embedding.ModelId.ShouldBe(one.Embedding.ModelId);
    }

    [Fact]
    public void A_mirrored_face_has_the_same_embedding_as_the_face()
    {
        using var flipping = new FaceEmbedder(RandomModel.Build(Needs.Store()), Flip);
        var face = Drawn.Noise(112, 112, 6);
        Pfe.Scoring.Cosine.Score(flipping.EmbedAligned(face).Embedding, flipping.EmbedAligned(Mirrored(face)).Embedding)
            .ShouldBe(1, 1e-6f);
    }

    [Fact]
    public void A_file_says_that_it_was_averaged_and_an_interrupted_run_without_it_is_not_gone_on_with()
    {
        var model = RandomModel.Build(Needs.Store());
        using var plain = new FaceEmbedder(model);
        using var flipping = new FaceEmbedder(model, Flip);
        for (var i = 0; i < 3; i++) Drawn.Noise(112, 112, i).Save(_folder.File("in", $"{i}.png"));
        FaceSource[] sources = [.. FaceSource.InFolder(Path.GetDirectoryName(_folder.File("in", "0.png"))!)];
        var aligned = new EmbeddingRunOptions { Aligned = true };
        var output = _folder.File("faces.safetensors");
        // What an interrupted run leaves: all of its rows, and no output yet.
        Should.Throw<OperationCanceledException>(() => EmbeddingRun.Run(sources, plain, null, output, aligned, new Interrupt()));
        File.Exists(output + ".part").ShouldBeTrue();
        EmbeddingRun.Run(sources, flipping, null, output, aligned);
        using var set = EmbeddingSet.Load(output);
        set.Metadata["flip"].ShouldBe("true");
        var one = flipping.EmbedAligned(Image.Load(sources[1].Path));
        for (var d = 0; d < set.Dimension; d++) set.Mu(1)[d].ShouldBe(one.Embedding.Mu[d], 1e-5f);
    }

    private static Image Mirrored(Image image)
    {
        var bytes = new byte[image.Width * image.Height * 3];
        for (var y = 0; y < image.Height; y++)
            for (var x = 0; x < image.Width; x++)
                for (var c = 0; c < 3; c++)
                    bytes[(y * image.Width + x) * 3 + c] = image.Pixels[(y * image.Width + image.Width - 1 - x) * 3 + c];
        return new Image(image.Width, image.Height, bytes);
    }

    private sealed class Interrupt : IProgress<ImageProgress>
    {
        public void Report(ImageProgress value) => throw new OperationCanceledException();
    }
}
