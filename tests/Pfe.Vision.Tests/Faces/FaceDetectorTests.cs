using System.Globalization;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Faces;

public sealed class FaceDetectorTests
{
    [Fact]
    public void Landmarks_on_lfw_agree_with_the_list_and_no_face_is_missed()
    {
        var store = Needs.Store();
        var lfw = Needs.Data("lfw");
        using var detector = FaceDetector.Open(store);
        var errors = new List<double>();
        foreach (var line in File.ReadLines(Path.Combine(lfw, "landmarks_mtcnn.txt")).Where((_, i) => i % 100 == 0))
        {
            var fields = line.Split(' ');
            var numbers = fields.Skip(1).Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
            var face = detector.DetectMain(Image.Load(Path.Combine(lfw, "images", fields[0]))).ShouldNotBeNull(fields[0]);
            errors.Add(Enumerable.Range(0, 5)
                .Average(i => face.Landmarks[i].DistanceTo(new Point2(numbers[i], numbers[5 + i]))) / (numbers[1] - numbers[0]));
        }
        errors.Sort();
        errors[errors.Count / 2].ShouldBeLessThan(0.05);
        errors[^1].ShouldBeLessThan(0.5, "the main face is the wrong one");
    }

    [Fact]
    public void Every_face_of_the_sample_photographs_is_found()
    {
        var store = Needs.Store();
        using var detector = FaceDetector.Open(store);
        int[] faces = [3, 3, 3, 4, 5, 4];
        for (var i = 0; i < faces.Length; i++)
        {
            var found = detector.Detect(Image.Load(store.Get($"sample{i + 1}")));
            found.Count.ShouldBe(faces[i], $"sample{i + 1}");
            found.ShouldAllBe(face => face.Landmarks.LeftEye.X < face.Landmarks.RightEye.X
                && face.Landmarks.LeftEye.Y < face.Landmarks.LeftMouth.Y);
        }
    }

    [Fact]
    public void Drawn_pictures_have_no_face()
    {
        using var detector = FaceDetector.Open(Needs.Store());
        detector.Detect(Drawn.Gradient(200, 150)).ShouldBeEmpty();
        detector.DetectMain(Drawn.Noise(300, 300, 1)).ShouldBeNull();
        detector.Detect(new Image(1, 1, [1, 2, 3])).ShouldBeEmpty();
    }

    [Fact]
    public void Of_several_faces_the_large_and_central_one_is_taken()
    {
        DetectedFace At(double left, double top, double side) =>
            new(new FaceBox(left, top, left + side, top + side), 0.9f, AlignmentTemplate.ArcFace.Points);
        var image = Drawn.Gradient(200, 200);
        var (central, corner, large) = (At(80, 80, 40), At(0, 0, 44), At(40, 60, 90));
        FaceDetector.Main([corner, central], image).ShouldBe(central);
        FaceDetector.Main([corner, central, large], image).ShouldBe(large);
        FaceDetector.Main([], image).ShouldBeNull();
    }
}
