using Pfe.Calibration;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;
using Pfe.Vision.Verification;

namespace Pfe.Vision.Tests.Faces;

public sealed class FaceProblemTests
{
    private static readonly FaceMeasures Fine = new(120, 0.99, 120, 50, 300, 2, 0.02, 5, 0.7);

    [Fact]
    public void A_face_of_which_nothing_stands_out_has_no_words()
    {
        Fine.Problems().ShouldBeEmpty();
        Fine.Describe().ShouldBeNull();
    }

    [Fact]
    public void Several_problems_are_one_phrase()
    {
        (Fine with { Roll = -179 }).Describe().ShouldBe("turned by 179 degrees");
        (Fine with { Roll = -179, Brightness = 12 }).Describe().ShouldBe("turned by 179 degrees and too dark");
        (Fine with { Width = 24, Roll = 90, LowerFace = 40 }).Describe()
            .ShouldBe("too small (24 pixels wide), turned by 90 degrees and hidden in its lower half (a mask?)");
    }

    [Theory]
    [InlineData(FaceProblemKind.TooDark)]
    [InlineData(FaceProblemKind.TooBright)]
    [InlineData(FaceProblemKind.LowerFaceCovered)]
    [InlineData(FaceProblemKind.EyesCovered)]
    [InlineData(FaceProblemKind.Blurred)]
    [InlineData(FaceProblemKind.Rotated)]
    public void What_is_done_to_a_photograph_is_recognised_in_it(FaceProblemKind kind)
    {
        var (photo, face) = Sample();
        FaceMeasures.Of(photo, face).Problems().ShouldBeEmpty();
        var (changed, marks) = (photo, face.Landmarks);
        switch (kind)
        {
            case FaceProblemKind.TooDark: changed = Each(photo, (_, _, value) => value / 8); break;
            case FaceProblemKind.TooBright: changed = Each(photo, (_, _, value) => 200 + value / 5); break;
            case FaceProblemKind.LowerFaceCovered: changed = Painted(photo, y => y > marks.Nose.Y, (40, 90, 200)); break;
            case FaceProblemKind.EyesCovered:
                changed = Painted(photo, y => Math.Abs(y - marks.LeftEye.Y) < 0.35 * marks.EyeDistance, (10, 10, 10));
                break;
            case FaceProblemKind.Blurred: changed = Blurred(photo, (int)(marks.EyeDistance / 5)); break;
            case FaceProblemKind.Rotated:
                (changed, face) = (Turned(photo), face with
                {
                    Landmarks = marks.Map(new AffineMap(-1, 0, photo.Width - 1, 0, -1, photo.Height - 1)),
                });
                break;
        }
        FaceMeasures.Of(changed, face).Problems().Select(problem => problem.Kind).ShouldContain(kind);
    }

    [Fact]
    public void An_answer_that_cannot_be_given_says_what_is_wrong_with_the_faces_and_any_other_answer_does_not()
    {
        var store = Needs.Store();
        using var verifier = FaceVerifier.Open(store);
        var main = new CompareOptions { Choice = FaceChoice.Main };
        var (first, second) = (verifier.Face(store.Get("sample3"), main), verifier.Face(store.Get("sample1"), main));
        first.Measures.ShouldNotBeNull();
        var (dark, fine) = (first with { Measures = Fine with { Brightness = 20 } }, second with { Measures = Fine });
        var verdict = verifier.Compare(dark, fine).Verdict!;
        verdict.Answer.ShouldBe(Answer.CannotTell);
        verdict.Reason.ShouldEndWith("; the first face is too dark");
        verifier.Compare(fine, dark).Verdict!.Reason.ShouldEndWith("; the second face is too dark");
        verifier.Compare(fine, first with { Measures = Fine }).Verdict!.Reason.ShouldNotContain("face is");
        verifier.Compare(dark, dark).Verdict!.ShouldSatisfyAllConditions(
            same => same.Answer.ShouldBe(Answer.Same), same => same.Reason.ShouldNotContain("too dark"));
    }

    private static (Image Photo, DetectedFace Face) Sample()
    {
        var store = Needs.Store();
        using var detector = FaceDetector.Open(store);
        foreach (var path in store.Samples())
        {
            var photo = Image.Load(path);
            var face = detector.DetectMain(photo)!;
            if (FaceMeasures.Of(photo, face).Problems().Count == 0) return (photo, face);
        }
        throw new InvalidOperationException("every sample photograph has a problem");
    }

    private static Image Each(Image image, Func<int, int, int, int> value)
    {
        var pixels = image.Pixels.ToArray();
        for (var at = 0; at < pixels.Length; at++)
            pixels[at] = (byte)Math.Clamp(value(at / 3 % image.Width, at / 3 / image.Width, pixels[at]), 0, 255);
        return new Image(image.Width, image.Height, pixels);
    }

    private static Image Painted(Image image, Func<int, bool> inRow, (int R, int G, int B) colour)
    {
        var pixels = image.Pixels.ToArray();
        for (var at = 0; at < pixels.Length; at += 3)
            if (inRow(at / 3 / image.Width))
                (pixels[at], pixels[at + 1], pixels[at + 2]) = ((byte)colour.R, (byte)colour.G, (byte)colour.B);
        return new Image(image.Width, image.Height, pixels);
    }

    private static Image Turned(Image image)
    {
        var pixels = new byte[image.Pixels.Length];
        for (var at = 0; at < pixels.Length; at += 3) image.Pixels.Slice(pixels.Length - 3 - at, 3).CopyTo(pixels.AsSpan(at));
        return new Image(image.Width, image.Height, pixels);
    }

    /// <summary>Means over squares.</summary>
    private static Image Blurred(Image image, int reach) => Mean(Mean(image, reach, 3), reach, 3 * image.Width);

    private static Image Mean(Image image, int reach, int step)
    {
        var (from, to) = (image.Pixels.ToArray(), new byte[image.Pixels.Length]);
        for (var at = 0; at < to.Length; at++)
        {
            var (sum, count) = (0, 0);
            for (var place = at - reach * step; place <= at + reach * step; place += step)
                if (place >= 0 && place < from.Length) (sum, count) = (sum + from[place], count + 1);
            to[at] = (byte)(sum / count);
        }
        return new Image(image.Width, image.Height, to);
    }
}
