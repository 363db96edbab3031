using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>The pixels behind <see cref="FaceMeasures"/>.</summary>
internal static class FaceMeasuring
{
    // Rows of the aligned face, whose mouth lies at 92 and whose nose tip at 72: cheeks and bridge above, mouth and chin below.
    private const int UpperFrom = 56, UpperTo = 72, LowerFrom = 84, LowerTo = 104;

    // The middle of the face: hair and background stay out.
    private const int Left = 34, Right = 78;

    // Squares around the eyes, which lie at (38, 52) and (74, 52).
    private const int EyeReach = 9;

    public static FaceMeasures Of(Pyramid photo, DetectedFace face)
    {
        var template = AlignmentTemplate.ArcFace;
        // Small steps are averaged by the pyramid, so that a large face is not measured in single pixels.
        var (level, map) = photo.For(template.ToSource(face.Landmarks));
        var aligned = Warp.ToImage(level, map, template.Width, template.Height);
        var (brightness, contrast) = Luma(aligned);
        var marks = face.Landmarks;
        var (across, down) = (marks.RightEye.X - marks.LeftEye.X, marks.RightEye.Y - marks.LeftEye.Y);
        var eyes = Math.Max(marks.EyeDistance, 1e-9);
        // The nose's place along the line between the eyes, from its middle.
        var nose = ((marks.Nose.X - (marks.LeftEye.X + marks.RightEye.X) / 2) * across
            + (marks.Nose.Y - (marks.LeftEye.Y + marks.RightEye.Y) / 2) * down) / (eyes * eyes);
        return new(face.Box.Width, face.Score, brightness, contrast, Sharpness.Of(aligned), Math.Atan2(down, across) * 180 / Math.PI, nose,
            ChromaDistance(aligned), EyeShade(aligned, template.Points));
    }

    /// <summary>How dark it is around the eyes, as a share of the light on the cheeks.</summary>
    private static double EyeShade(Image image, in FiveLandmarks points)
    {
        var cheeks = Luma(image, Left, UpperFrom, Right, UpperTo);
        var eyes = (Around(image, points.LeftEye) + Around(image, points.RightEye)) / 2;
        return eyes / Math.Max(cheeks, 1);
    }

    private static double Around(Image image, Point2 eye) =>
        Luma(image, (int)eye.X - EyeReach, (int)eye.Y - EyeReach, (int)eye.X + EyeReach + 1, (int)eye.Y + EyeReach + 1);

    private static double Luma(Image image, int left, int top, int right, int bottom)
    {
        var sum = 0.0;
        for (var y = top; y < bottom; y++)
        {
            var row = image.Row(y);
            for (var x = left; x < right; x++) sum += 0.299 * row[3 * x] + 0.587 * row[3 * x + 1] + 0.114 * row[3 * x + 2];
        }
        return sum / ((double)(right - left) * (bottom - top));
    }

    private static (double Mean, double Deviation) Luma(Image image)
    {
        var (sum, squares) = (0.0, 0.0);
        var pixels = image.Pixels;
        for (var at = 0; at < pixels.Length; at += 3)
        {
            var luma = 0.299 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2];
            (sum, squares) = (sum + luma, squares + luma * luma);
        }
        var (n, mean) = (pixels.Length / 3, sum / (pixels.Length / 3));
        return (mean, Math.Sqrt(Math.Max(squares / n - mean * mean, 0)));
    }

    /// <summary>How far apart cheeks and mouth lie in the two chroma planes of BT.601; a mask is seldom of the skin's colour.</summary>
    private static double ChromaDistance(Image image)
    {
        var (upper, lower) = (Chroma(image, UpperFrom, UpperTo), Chroma(image, LowerFrom, LowerTo));
        return Math.Sqrt(Math.Pow(upper.Blue - lower.Blue, 2) + Math.Pow(upper.Red - lower.Red, 2));
    }

    private static (double Blue, double Red) Chroma(Image image, int from, int to)
    {
        var (blue, red) = (0.0, 0.0);
        for (var y = from; y < to; y++)
        {
            var row = image.Row(y);
            for (var x = Left; x < Right; x++)
            {
                var (r, g, b) = (row[3 * x], row[3 * x + 1], row[3 * x + 2]);
                (blue, red) = (blue - 0.168736 * r - 0.331264 * g + 0.5 * b, red + 0.5 * r - 0.418688 * g - 0.081312 * b);
            }
        }
        var n = (double)(to - from) * (Right - Left);
        return (blue / n, red / n);
    }
}
