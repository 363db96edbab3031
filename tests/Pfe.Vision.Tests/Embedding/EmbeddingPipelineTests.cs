using Pfe.Onnx;
using Pfe.TestSupport;
using Pfe.Vision.Embedding;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.Vision.Tests.Embedding;

public sealed class EmbeddingPipelineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_stream_of_images_gives_the_bits_and_the_order_of_a_file()
    {
        using var embedder = new FaceEmbedder(DefaultModel.Load(Needs.Store()));
        for (var i = 0; i < 41; i++) Drawn.Noise(112, 112, i).Save(_folder.File("in", $"{i:00}.png"));
        File.WriteAllText(_folder.File("in", "20.png"), "no picture");
        var images = FaceSource.InFolder(Path.Combine(_folder.Path, "in"));
        var options = new EmbeddingRunOptions { Aligned = true, Workers = 3 };
        EmbeddingRun.Run(images, embedder, null, File1, options);
        using var set = EmbeddingSet.Load(File1);
        var streamed = new List<StreamedFace>();
        await foreach (var face in EmbeddingPipeline.RunAsync(images, embedder, null, options)) streamed.Add(face);
        streamed.Select(face => face.Source.Name).ShouldBe(images.Select(image => image.Name));
        streamed[20].Failure.ShouldNotBeNull().ShouldContain("not a picture");
        streamed.Where(face => face.Face is not null).Select(face => face.Face!.Embedding).ShouldBe([.. set]);
        // One by one, and in batches of another size, it is the same face.
        embedder.EmbedAligned(Image.Load(images[7].Path)).Embedding.ShouldBe(set[7]);
    }

    [Fact]
    public async Task A_stream_reads_no_further_ahead_than_it_must_and_stops_when_it_is_left()
    {
        using var embedder = new FaceEmbedder(DefaultModel.Load(Needs.Store()));
        Drawn.Noise(112, 112, 1).Save(_folder.File("a.png"));
        var asked = 0;
        IEnumerable<FaceSource> Endless()
        {
            for (; ; asked++) yield return new FaceSource($"{asked}", _folder.File("a.png"));
        }
        await foreach (var _ in EmbeddingPipeline.RunAsync(Endless(), embedder, null, new EmbeddingRunOptions
        {
            Aligned = true,
            Workers = 1
        })) break;
        asked.ShouldBeLessThan(16 * 6);
    }

    [Theory]
    [InlineData(FaceSubset.All, 3, 0)]
    [InlineData(FaceSubset.Main, 1, 1)]
    public void Of_a_group_photograph_all_faces_or_the_main_one_is_embedded(FaceSubset choice, int rows, int several)
    {
        var store = Needs.Store();
        using var embedder = new FaceEmbedder(DefaultModel.Load(store));
        using var detector = FaceDetector.Open(store);
        FaceSource[] images = [new("group.jpg", store.Get("sample1"))];
        var run = EmbeddingRun.Run(images, embedder, detector, File1, new EmbeddingRunOptions { Faces = choice });
        (run.Embedded, run.SeveralFaces).ShouldBe((rows, several));
        using var set = EmbeddingSet.Load(File1);
        set.Paths.ShouldBe(choice == FaceSubset.All ? ["group.jpg#1", "group.jpg#2", "group.jpg#3"] : ["group.jpg"]);
        var aligned = AlignmentRun.Run(images, detector, Path.Combine(_folder.Path, "aligned"), new AlignmentRunOptions { Faces = choice });
        aligned.SeveralFaces.ShouldBe(several);
        Directory.GetFiles(Path.Combine(_folder.Path, "aligned"), "group*.jpg").Length.ShouldBe(rows);
    }

    [Fact]
    public void Only_refuses_a_group_photograph_and_says_how_many_it_shows()
    {
        var store = Needs.Store();
        using var embedder = new FaceEmbedder(DefaultModel.Load(store));
        using var detector = FaceDetector.Open(store);
        FaceSource[] images = [new("group.jpg", store.Get("sample1"))];
        Should.Throw<PfeException>(() =>
            EmbeddingRun.Run(images, embedder, detector, File1, new EmbeddingRunOptions { Faces = FaceSubset.Only }))
            .Message.ShouldContain("3 faces found");
    }

    [Fact]
    public void A_network_that_gives_no_embedding_is_named_and_its_images_are_counted_as_failed()
    {
        using var embedder = new FaceEmbedder(Broken());
        Drawn.Noise(112, 112, 1).Save(_folder.File("in", "a.png"));
        var images = FaceSource.InFolder(Path.Combine(_folder.Path, "in"));
        var error = Should.Throw<PfeException>(() =>
            EmbeddingRun.Run(images, embedder, null, File1, new EmbeddingRunOptions { Aligned = true }));
        error.Message.ShouldContain("none of 1 images could be embedded");
        error.Message.ShouldContain("gives NaN or infinity");
        File.Exists(File1).ShouldBeFalse();
        Should.Throw<UnusableNetworkException>(() => embedder.EmbedAligned(Drawn.Noise(112, 112, 1))).Message.ShouldContain("NaN");
        embedder.Problem(new float[512], new float[512]).ShouldNotBeNull().ShouldContain("of length 0 for it, not 1");
        var unit = new float[512];
        unit[0] = 1;
        embedder.Problem(unit, [.. Enumerable.Repeat(float.PositiveInfinity, 512)]).ShouldNotBeNull().ShouldContain("log variance");
        embedder.Problem(unit, new float[512]).ShouldBeNull();
    }

    [Fact]
    public void Files_that_are_no_pictures_are_counted_by_kind()
    {
        foreach (var name in new[] { "a.JFIF", "b.jpe", "c.jpg", "d.heic", "e.HEIC", "f.txt",
            "g" }) File.WriteAllText(_folder.File("in", name), "x");
        FaceSource.InFolder(Path.Combine(_folder.Path, "in"), out var skipped).Select(image =>
            image.Name).ShouldBe(["a.JFIF", "b.jpe", "c.jpg"]);
        skipped.ShouldBe(new Dictionary<string, int> { [".heic"] = 2, [".txt"] = 1, [""] = 1 }, ignoreOrder: true);
    }

    public void Dispose() => _folder.Dispose();

    private string File1 => _folder.File("e.safetensors");

    /// <summary>The default base with NaN among the weights of one layer, under an untrained head.</summary>
    private static OnnxModel Broken()
    {
        var (model, description) = Needs.Store().LoadBase("base");
        var bytes = model.ToBytes();
        // The file is weights for the most part; a few hundred bytes past its middle lie in one of its larger matrices.
        bytes.AsSpan(bytes.Length * 3 / 5, 256).Fill(0xFF);
        return RandomModel.Build(OnnxModel.Parse(bytes, "broken.onnx"), description);
    }
}
