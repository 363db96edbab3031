using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Faces;

/// <summary>A face of the registry's sample photographs, made small in a large picture and laid on its side.</summary>
public sealed class HardPhotographTests
{
    [Fact]
    public void Small_faces_of_a_large_photograph_are_found_all()
    {
        var (face, _) = Portrait();
        var group = Blank(5000, 3300);
        var small = Warp.ToImage(face, AffineMap.Stretch(150, 150, face.Width, face.Height), 150, 150);
        var faces = 0;
        for (var y = 100; y < 3000; y += 500)
            for (var x = 150; x < 4700; x += 700, faces++) Paste(group, 5000, small, x, y);
        using var detector = FaceDetector.Open(Needs.Store());
        detector.Detect(new Image(5000, 3300, group)).Count.ShouldBe(faces);
    }

    [Fact]
    public void A_face_in_a_very_tall_photograph_is_found()
    {
        var (face, _) = Portrait();
        var tall = Blank(500, 6000);
        Paste(tall, 500, Warp.ToImage(face, AffineMap.Stretch(480, 480, face.Width, face.Height), 480, 480), 10, 2500);
        using var detector = FaceDetector.Open(Needs.Store());
        detector.DetectMain(new Image(500, 6000, tall)).ShouldNotBeNull().Box.Centre.Y.ShouldBeInRange(2600, 2900);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_photograph_on_its_side_or_upside_down_gives_the_same_face(int turns)
    {
        var (face, _) = Portrait();
        using var detector = FaceDetector.Open(Needs.Store());
        var upright = detector.DetectMain(face).ShouldNotBeNull();
        upright.Rotation.ShouldBe(0);
        upright.LandmarksReliable.ShouldBeTrue();
        // The picture turned anticlockwise has to be turned clockwise as often to stand.
        var turned = Turned(face, 4 - turns);
        var found = detector.DetectMain(turned).ShouldNotBeNull();
        found.Rotation.ShouldBe(90 * turns);
        found.LandmarksReliable.ShouldBeTrue();
        var back = new PhotoFrame(new Pyramid(turned), turns).ToPhoto.Inverse();
        for (var i = 0; i < 5; i++)
            back.Apply(found.Landmarks[i]).DistanceTo(upright.Landmarks[i]).ShouldBeLessThan(0.08 * upright.Landmarks.EyeDistance);
    }

    [Fact]
    public void Rotations_can_be_left_untried()
    {
        var (face, _) = Portrait();
        using var detector = FaceDetector.Open(Needs.Store(), new FaceDetectorOptions { TryRotations = false });
        detector.Detect(Turned(face, 2)).ShouldAllBe(found => found.Rotation == 0);
    }

    [Theory]
    [InlineData(0f, null)]
    [InlineData(1.5f, null)]
    [InlineData(0.7f, 5)]
    [InlineData(0.7f, -1)]
    public void Options_that_cannot_be_are_refused(float score, int? smallest) => Should.Throw<InvalidConfigurationException>(() =>
        FaceDetector.Open(Needs.Store(), new FaceDetectorOptions { MinimumScore = score, MinimumFaceSize = smallest }));

    /// <summary>The main face of the first sample with half its size around it.</summary>
    private static (Image Face, FiveLandmarks Landmarks) Portrait()
    {
        var photo = Image.Load(Needs.Store().Get("sample1"));
        using var detector = FaceDetector.Open(Needs.Store());
        var face = detector.DetectMain(photo).ShouldNotBeNull();
        var side = 2 * Math.Max(face.Box.Width, face.Box.Height);
        var map = new AffineMap(side / 400, 0, face.Box.Centre.X - side / 2, 0, side / 400, face.Box.Centre.Y - side / 2);
        return (Warp.ToImage(photo, map, 400, 400), face.Landmarks.Map(map.Inverse()));
    }

    private static Image Turned(Image image, int turns)
    {
        var frame = new PhotoFrame(new Pyramid(image), turns);
        return Warp.ToImage(image, frame.ToPhoto, frame.Width, frame.Height);
    }

    private static byte[] Blank(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        Array.Fill(pixels, (byte)100);
        return pixels;
    }

    private static void Paste(byte[] picture, int width, Image small, int left, int top)
    {
        for (var y = 0; y < small.Height; y++) small.Row(y).CopyTo(picture.AsSpan(3 * ((top + y) * width + left)));
    }
}
