using Pfe.Calibration;
using Pfe.TestSupport;
using Pfe.Vision.Embedding;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Vision.Tests.Embedding;

public sealed class EmbeddingRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Rows_follow_the_list_equal_the_single_face_and_do_not_depend_on_the_workers()
    {
        using var embedder = new FaceEmbedder(RandomModel.Build(Needs.Store()));
        var sources = Sources(37);
        File.WriteAllText(sources[20].Path, "no picture");
        var run = EmbeddingRun.Run(sources, embedder, null, File1, new EmbeddingRunOptions { Workers = 1 });
        EmbeddingRun.Run(sources, embedder, null, File2, new EmbeddingRunOptions { Workers = 3 });
        File.ReadAllBytes(File2).ShouldBe(File.ReadAllBytes(File1));
        run.Failures.ShouldHaveSingleItem().Name.ShouldBe(sources[20].Name);

        using var set = EmbeddingSet.Load(File1);
        set.Paths.ShouldBe(sources.Where((_, i) => i != 20).Select(source => source.Name));
        set.Metadata["model_sha256"].ShouldBe(embedder.Sha256);
        var one = embedder.Embed(Image.Load(sources[30].Path), sources[30].Landmarks!.Value);
        for (var d = 0; d < set.Dimension; d++)
        {
            set.Mu(29)[d].ShouldBe(one.Embedding.Mu[d], 1e-5f);
            set.LogVariance(29)[d].ShouldBe(one.Embedding.LogVariance[d], 1e-4f);
        }
        one.Norm.ShouldBe(NormOfTheBase(sources[30]), 1e-4f * one.Norm);
        set.Columns[EmbeddingSet.Norm][29].ShouldBe(one.Norm, 1e-4f * one.Norm);
        set.Columns[EmbeddingSet.DetectionScore].ShouldAllBe(score => float.IsNaN(score));
        set.Columns[EmbeddingSet.Sharpness].ShouldAllBe(sharpness => sharpness > 0);
        Directory.GetFiles(_folder.Path, "*.part").ShouldBeEmpty();
    }

    [Fact]
    public void A_detected_face_keeps_its_detectors_score()
    {
        var store = Needs.Store();
        using var embedder = new FaceEmbedder(RandomModel.Build(store));
        using var detector = FaceDetector.Open(store);
        var photograph = Needs.Data("lfw/images/Aaron_Eckhart/Aaron_Eckhart_0001.jpg");
        EmbeddingRun.Run([new FaceSource("a.jpg", photograph)], embedder, detector, File1);
        using var set = EmbeddingSet.Load(File1);
        set.Columns[EmbeddingSet.DetectionScore].ShouldBe([detector.DetectMain(Image.Load(photograph))!.Score]);
    }

    [Fact]
    public void A_blurred_face_is_less_sharp_and_the_models_calibration_goes_along()
    {
        using var embedder = new FaceEmbedder(
            RandomModel.Build(Needs.Store()).WithMetadata(ScoreCalibration.MetadataKey, "what the model says"));
        var face = Drawn.Noise(112, 112, 1);
        face.Save(_folder.File("a", "0.png"));
        FaceDamage.Apply(face, DamageKind.Blur, 0.5, FaceSquare.Whole(face)).Save(_folder.File("a", "1.png"));
        EmbeddingRun.Run(FaceSource.InFolder(Path.Combine(_folder.Path, "a")), embedder, null, File1,
            new EmbeddingRunOptions { Aligned = true });
        using var set = EmbeddingSet.Load(File1);
        var sharpness = set.Columns[EmbeddingSet.Sharpness];
        sharpness[1].ShouldBeLessThan(sharpness[0] / 10);
        // Grey levels whatever the network's scale: the green plane of the picture itself.
        float[] green = [.. Enumerable.Range(0, 112 * 112).Select(at => (float)face.Pixels[3 * at + 1])];
        ((double)sharpness[0]).ShouldBe(Sharpness.Of(green, 112, 112), 0.01 * sharpness[0]);
        set.Metadata[ScoreCalibration.MetadataKey].ShouldBe("what the model says");
    }

    [Fact]
    public void An_interrupted_run_goes_on_to_the_same_file_without_repeating_work()
    {
        using var embedder = new FaceEmbedder(RandomModel.Build(Needs.Store()));
        var sources = Sources(48);
        EmbeddingRun.Run(sources, embedder, null, File1);
        using var stop = new CancellationTokenSource();
        var options = new EmbeddingRunOptions { Workers = 1 };
        Should.Throw<OperationCanceledException>(
            () => EmbeddingRun.Run(sources, embedder, null, File2, options, new Each(_ => stop.Cancel()), stop.Token));
        File.Exists(File2).ShouldBeFalse();
        // A torn tail, as a crash leaves it, is cut off.
        File.AppendAllText(File2 + ".part", "torn");
        var seen = new List<int>();
        EmbeddingRun.Run(sources, embedder, null, File2, options, new Each(value => seen.Add(value.Done)));
        seen.ShouldBe([32, 48]);
        File.ReadAllBytes(File2).ShouldBe(File.ReadAllBytes(File1));
    }

    [Fact]
    public void Another_list_does_not_take_over_the_rows_of_an_interrupted_run()
    {
        using var embedder = new FaceEmbedder(RandomModel.Build(Needs.Store()));
        using var stop = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(
            () => EmbeddingRun.Run(Sources(32), embedder, null, File1, new EmbeddingRunOptions { Workers = 1 },
            new Each(_ => stop.Cancel()), stop.Token));
        EmbeddingRun.Run(Sources(5), embedder, null, File1).Embedded.ShouldBe(5);
        using var set = EmbeddingSet.Load(File1);
        set.Count.ShouldBe(5);
    }

    [Fact]
    public void A_run_without_a_single_usable_image_leaves_no_file()
    {
        using var embedder = new FaceEmbedder(RandomModel.Build(Needs.Store()));
        var missing = new FaceSource("none.jpg", Path.Combine(_folder.Path, "none.jpg"), AlignmentTemplate.ArcFace.Points);
        Should.Throw<PfeException>(() => EmbeddingRun.Run([missing], embedder, null, File1))
            .Message.ShouldContain("none of 1 images could be embedded; the first: none.jpg");
        File.Exists(File1).ShouldBeFalse();
        Should.Throw<ImageException>(() => EmbeddingRun.Run([missing], embedder, null, File2, new EmbeddingRunOptions { Strict = true }));
        Directory.EnumerateFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Aligned_images_of_another_shape_are_left_out_and_said_so()
    {
        using var embedder = new FaceEmbedder(RandomModel.Build(Needs.Store()));
        Drawn.Noise(112, 112, 1).Save(_folder.File("a", "1.png"));
        Drawn.Noise(178, 218, 1).Save(_folder.File("a", "2.png"));
        var run = EmbeddingRun.Run(
            FaceSource.InFolder(Path.Combine(_folder.Path, "a")), embedder, null, File1, new EmbeddingRunOptions { Aligned = true });
        run.Embedded.ShouldBe(1);
        run.Failures.ShouldHaveSingleItem().Reason.ShouldBe("178 x 218 is not the shape of an aligned face (112 x 112); align it first");
    }

    public void Dispose() => _folder.Dispose();

    private string File1 => Path.Combine(_folder.Path, "one.safetensors");

    private string File2 => Path.Combine(_folder.Path, "two.safetensors");

    /// <summary>The length of the base network's own output, without Pfe's model around it.</summary>
    private static float NormOfTheBase(FaceSource source)
    {
        var (model, description) = Needs.Store().LoadBase("base");
        using var network = new BaseNetwork(model, description, [model.Outputs[0].Name]);
        var (input, output) = (AlignedMemory.Of(network.InputLength), AlignedMemory.Of(network.Outputs[0].Length));
        network.Prepare(new Pyramid(Image.Load(source.Path)), source.Landmarks!.Value, input.Span);
        network.Run(input, 1, output);
        return (float)Math.Sqrt(output.ToArray().Sum(value => (double)value * value));
    }

    private List<FaceSource> Sources(int count) => [.. Enumerable.Range(0, count).Select(i =>
    {
        var path = _folder.File("images", $"{i:00}.png");
        if (!File.Exists(path)) Drawn.Noise(40, 40, i).Save(path);
        return new FaceSource($"{i:00}.png", path, AlignmentTemplate.ArcFace.Points.Map(new AffineMap(0.3, 0, 2, 0, 0.3, 1)));
    })];

    private sealed class Each(Action<ImageProgress> report) : IProgress<ImageProgress>
    {
        public void Report(ImageProgress value) => report(value);
    }
}
