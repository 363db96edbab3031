using Pfe.Calibration;
using Pfe.Onnx;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;
using Pfe.Vision.Verification;

namespace Pfe.Vision.Tests.Verification;

/// <summary>The registry's sample photographs show real faces on every machine; no data set is needed.</summary>
public sealed class FaceVerifierTests
{
    private static readonly CompareOptions MainFace = new() { Choice = FaceChoice.Main };

    [Fact]
    public void Path_stream_bytes_and_pixels_give_the_same_bits()
    {
        var path = Needs.Store().Get("sample1");
        using var verifier = FaceVerifier.Open(Needs.Store());
        var expected = verifier.Face(path, MainFace).Embedding;
        var bytes = File.ReadAllBytes(path);
        using var stream = new OnlyForward(bytes);
        verifier.Face(stream, MainFace).Embedding.ShouldBe(expected);
        verifier.Face(bytes, MainFace).Embedding.ShouldBe(expected);
        verifier.Face(Image.Load(path), MainFace).Embedding.ShouldBe(expected);
    }

    [Fact]
    public async Task Reading_asynchronously_changes_nothing()
    {
        var store = Needs.Store();
        using var verifier = await FaceVerifier.OpenAsync(store);
        var (first, second) = (store.Get("sample1"), store.Get("sample2"));
        using var stream = new OnlyForward(await File.ReadAllBytesAsync(second));
        (await verifier.CompareAsync(first, stream, MainFace)).MutualLikelihood
            .ShouldBe(verifier.Compare(first, second, MainFace).MutualLikelihood);
    }

    [Fact]
    public void Embeddings_and_kept_faces_compare_like_their_photographs()
    {
        var store = Needs.Store();
        using var verifier = FaceVerifier.Open(store);
        var (first, second) = (store.Get("sample1"), store.Get("sample2"));
        var whole = verifier.Compare(first, second, MainFace);
        var (a, b) = (verifier.Face(first, MainFace), verifier.Face(second, MainFace));
        verifier.Compare(a, b).Verdict.ShouldBe(whole.Verdict);
        verifier.Compare(a.Embedding, b.Embedding).MutualLikelihood.ShouldBe(whole.MutualLikelihood);
        var foreign = new FaceEmbedding(a.Embedding.Mu, a.Embedding.LogVariance, "another model");
        Should.Throw<ModelMismatchException>(() => verifier.Compare(foreign, b.Embedding)).Actual.ShouldBe("another model");
    }

    [Fact]
    public void An_aligned_face_is_taken_as_it_is()
    {
        var store = Needs.Store();
        using var verifier = FaceVerifier.Open(store);
        using var detector = FaceDetector.Open(store);
        var photo = Image.Load(store.Get("sample1"));
        var aligned = new FaceAligner(AlignmentTemplate.ArcFace).Align(photo, detector.DetectMain(photo)!.Landmarks);
        var result = verifier.Compare(aligned, aligned, new CompareOptions { Aligned = true });
        result.First.Detection.ShouldBeNull();
        result.Cosine.ShouldBe(1, 1e-5f);
        Should.Throw<ImageException>(() => verifier.Compare(photo, photo, new CompareOptions { Aligned = true }));
    }

    [Fact]
    public void Several_faces_none_and_no_picture_are_three_kinds_of_error()
    {
        var store = Needs.Store();
        using var verifier = FaceVerifier.Open(store);
        var group = store.Get("sample1");
        Should.Throw<MultipleFacesException>(() => verifier.Compare(group, group)).Count.ShouldBe(3);
        Should.Throw<NoFaceException>(() =>
            verifier.Compare(Drawn.Gradient(200, 150), group)).Message.ShouldContain("20 pixels between the eyes");
        Should.Throw<NoFaceException>(() =>
            verifier.Compare(new Image(64, 64, new byte[3 * 64 * 64]), group)).Message.ShouldContain("one even surface");
        Should.Throw<UnreadableImageException>(() => verifier.Compare(new byte[] { 1, 2, 3 }, group)).Path.ShouldBe("image");
        Should.Throw<UnreadableImageException>(() => verifier.Compare(Path.GetTempPath(), group)).Message.ShouldContain("it is a folder");
    }

    [Fact]
    public void A_cancelled_comparison_stops()
    {
        var store = Needs.Store();
        using var verifier = FaceVerifier.Open(store);
        Should.Throw<OperationCanceledException>(() =>
            verifier.Compare(store.Get("sample1"), store.Get("sample2"), MainFace, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Used_after_Dispose_it_says_so()
    {
        var verifier = FaceVerifier.Open(Needs.Store());
        verifier.Dispose();
        verifier.Dispose();
        Should.Throw<ObjectDisposedException>(() => verifier.Compare(Needs.Store().Get("sample1"), Needs.Store().Get("sample2"), MainFace));
    }

    [Fact]
    public async Task Disposed_while_others_compare_each_gets_its_answer_or_is_told()
    {
        var store = Needs.Store();
        var (first, second) = (Image.Load(store.Get("sample1")), Image.Load(store.Get("sample2")));
        using var known = FaceVerifier.Open(store);
        var expected = known.Compare(first, second, MainFace).MutualLikelihood;
        for (var round = 0; round < 3; round++)
        {
            var verifier = FaceVerifier.Open(store);
            using var started = new CountdownEvent(3);
            var workers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                var answers = 0;
                for (var i = 0; i < 10_000; i++, answers++)
                {
                    try { verifier.Compare(first, second, MainFace).MutualLikelihood.ShouldBe(expected); }
                    catch (ObjectDisposedException) { return true; }
                    if (i == 0) started.Signal();
                }
                return false;
            })).ToArray();
            started.Wait(TimeSpan.FromMinutes(2)).ShouldBeTrue();
            verifier.Dispose();
            (await Task.WhenAll(workers)).ShouldAllBe(told => told);
        }
    }

    [Fact]
    public void Landmarks_that_wander_allow_no_answer()
    {
        var store = Needs.Store();
        using var networks = FaceDetector.Open(store);
        using var embedder = new FaceEmbedder(DefaultModel.Load(store));
        using var verifier = new FaceVerifier(new Doubtful(networks), embedder, leaveOpen: true);
        var verdict = verifier.Compare(store.Get("sample1"), store.Get("sample1"), MainFace).Verdict.ShouldNotBeNull();
        verdict.Answer.ShouldBe(Answer.CannotTell);
        verdict.Reason.ShouldContain("could not be placed");
    }

    /// <summary>A detector that doubts every face.</summary>
    private sealed class Doubtful(FaceDetector inner) : IFaceDetector
    {
        public IReadOnlyList<DetectedFace> Detect(ImageInput photo, CancellationToken cancellationToken = default) =>
            [.. inner.Detect(photo, cancellationToken).Select(face => face with { LandmarksReliable = false })];

        public DetectedFace? DetectMain(ImageInput photo, CancellationToken cancellationToken = default) =>
            inner.DetectMain(photo, cancellationToken) is { } face ? face with { LandmarksReliable = false } : null;
    }

    /// <summary>A stream that cannot seek and gives a few bytes at a time, like a request's body.</summary>
    private sealed class OnlyForward(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1000, buffer.Length)]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1000, buffer.Length)], cancellationToken);
    }
}
