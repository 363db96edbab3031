using System.Globalization;
using Pfe.Storage;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Faces;

/// <summary>In which order a landmark list writes its ten numbers.</summary>
internal enum LandmarkOrder
{
    /// <summary><c>path x1 y1 x2 y2 x3 y3 x4 y4 x5 y5</c></summary>
    Interleaved,

    /// <summary><c>path x1 x2 x3 x4 x5 y1 y2 y3 y4 y5</c> (the reference's <c>--transpose_input</c>)</summary>
    Transposed,
}

/// <summary>One line of a landmark list.</summary>
/// <param name="Path">The image as the list names it.</param>
/// <param name="Landmarks">Its landmarks in pixels.</param>
internal sealed record LandmarkLine(string Path, FiveLandmarks Landmarks);

/// <summary>Landmark lists as the PFE authors publish them for CASIA-WebFace, LFW and IJB-A: a path and ten numbers a line, separated by
/// blanks.</summary>
internal static class LandmarkList
{
    private const int Numbers = 10;

    /// <summary>Reads a list; empty lines are skipped and a path may contain blanks.</summary>
    /// <param name="path">The list.</param>
    /// <param name="order">The order of its numbers.</param>
    /// <exception cref="PfeException">Missing, empty or malformed (file and line are named), or the other order is meant.</exception>
    public static IReadOnlyList<LandmarkLine> Read(string path, LandmarkOrder order)
    {
        var lines = InputFile.Lines(path).Where(line => !string.IsNullOrWhiteSpace(line.Text))
            .Select(line => Parse(line.Text, order, path, line.Number)).ToList();
        if (lines.Count == 0) throw new PfeException($"the landmark list '{path}' is empty; a line is 'path x1 y1 ... x5 y5'");
        RefuseOtherOrder(lines, order, path);
        return lines;
    }

    private static LandmarkLine Parse(string line, LandmarkOrder order, string path, int number)
    {
        // From the right, as the path on the left may contain blanks.
        var values = new double[Numbers];
        var rest = line.AsSpan().TrimEnd();
        for (var i = Numbers - 1; i >= 0; i--)
        {
            var blank = rest.LastIndexOfAny(' ', '\t');
            if (blank < 0 || !double.TryParse(rest[(blank + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i])
                || !double.IsFinite(values[i]))
                throw new PfeException($"{path}, line {number}: a path and ten numbers are wanted; '{rest[(blank + 1)..]}' is no number");
            rest = rest[..blank].TrimEnd();
        }
        Span<Point2> points = stackalloc Point2[5];
        for (var i = 0; i < 5; i++)
            points[i] = order == LandmarkOrder.Transposed
                ? new Point2(values[i], values[5 + i]) : new Point2(values[2 * i], values[2 * i + 1]);
        return new LandmarkLine(rest.ToString(), FiveLandmarks.From(points));
    }

    /// <summary>Read in the wrong order no face looks like one, yet every later step would run; so say it here.</summary>
    private static void RefuseOtherOrder(List<LandmarkLine> lines, LandmarkOrder order, string path)
    {
        var sample = lines.Take(1000).Select(line => line.Landmarks).ToList();
        var (asRead, otherwise) = (sample.Count(LooksLikeAFace), sample.Count(face => LooksLikeAFace(Reorder(face, order))));
        if (asRead * 2 < sample.Count && otherwise * 10 > sample.Count * 9)
        {
            throw new InvalidConfigurationException(order == LandmarkOrder.Interleaved
                ? $"'{path}' lists x1..x5 y1..y5, not x1 y1 .. x5 y5: its order is transposed"
                : $"'{path}' lists x1 y1 .. x5 y5, not x1..x5 y1..y5: its order is not transposed")
            { Setting = nameof(LandmarkOrder), Value = order.ToString(), Expected = Other(order).ToString() };
        }
    }

    private static LandmarkOrder Other(LandmarkOrder order) =>
        order == LandmarkOrder.Interleaved ? LandmarkOrder.Transposed : LandmarkOrder.Interleaved;

    /// <summary>Whether a file is a landmark list: its first line has ten numbers behind the path.</summary>
    /// <param name="path">Any path; a file that cannot be read is none.</param>
    public static bool IsOne(string path)
    {
        try
        {
            return File.Exists(path)
                && InputFile.Lines(path).Select(line => line.Text).FirstOrDefault(text => !string.IsNullOrWhiteSpace(text)) is { } line
                && line.Split((char[])[' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries) is { Length: > Numbers } fields
                && fields[^Numbers..].All(field => double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        }
        catch (PfeException)
        {
            return false;
        }
    }

    private static bool LooksLikeAFace(FiveLandmarks face) =>
        face.LeftEye.X < face.RightEye.X && face.LeftMouth.X < face.RightMouth.X && face.LeftEye.Y < face.LeftMouth.Y
            && face.RightEye.Y < face.RightMouth.Y;

    private static FiveLandmarks Reorder(FiveLandmarks face, LandmarkOrder from)
    {
        Span<double> flat = stackalloc double[Numbers];
        for (var i = 0; i < 5; i++)
            (flat[from == LandmarkOrder.Transposed ? i : 2 * i], flat[from == LandmarkOrder.Transposed ? 5 + i : 2 * i + 1]) =
                (face[i].X, face[i].Y);
        Span<Point2> points = stackalloc Point2[5];
        for (var i = 0; i < 5; i++)
            points[i] = from == LandmarkOrder.Transposed ? new Point2(flat[2 * i], flat[2 * i + 1]) : new Point2(flat[i], flat[5 + i]);
        return FiveLandmarks.From(points);
    }
}
