using System.Globalization;
using Pfe.Storage;

namespace Pfe.Vision.Faces;

/// <summary>A square of whole pixels.</summary>
/// <param name="Left">Its left side.</param>
/// <param name="Top">Its upper side.</param>
/// <param name="Side">Its length, at least 1.</param>
internal readonly record struct PixelSquare(double Left, double Top, double Side)
{
    /// <summary>
    /// A box made square about its centre and rounded as the reference does it, in its order: square first, then each number on its own,
    /// halves
    /// to even as Python's round has them.
    /// </summary>
    /// <param name="x">The box's left side.</param>
    /// <param name="y">Its upper side.</param>
    /// <param name="width">Its width.</param>
    /// <param name="height">Its height.</param>
    public static PixelSquare About(double x, double y, double width, double height)
    {
        static double Round(double value) => Math.Round(value, MidpointRounding.ToEven);
        var side = Math.Max(width, height);
        return new(Round(x + 0.5 * width - 0.5 * side), Round(y + 0.5 * height - 0.5 * side), Math.Max(1, Round(side)));
    }
}

/// <summary>One face of the IJB-A metadata.</summary>
/// <param name="Line">Its line in metadata.csv.</param>
/// <param name="Subject">SUBJECT_ID.</param>
/// <param name="File">FILE: the image's path, with forward slashes.</param>
/// <param name="Box">FACE_X, FACE_Y, FACE_WIDTH, FACE_HEIGHT.</param>
/// <param name="Square">The square that the reference cuts out for it.</param>
internal sealed record IjbaFace(int Line, string Subject, string File, FaceBox Box, PixelSquare Square);

/// <summary>IJB-A's metadata.csv: which face is where. Columns are found by their names; others are not looked at.</summary>
internal static class IjbaMetadata
{
    private static readonly string[] Wanted = ["SUBJECT_ID", "FILE", "FACE_X", "FACE_Y", "FACE_WIDTH", "FACE_HEIGHT"];

    /// <summary>Reads the file.</summary>
    /// <param name="path">metadata.csv, or a verify_metadata file with the same columns.</param>
    /// <exception cref="PfeException">Missing, without a column that is needed, or with a line that cannot be read.</exception>
    public static IReadOnlyList<IjbaFace> Read(string path)
    {
        var lines = InputFile.Lines(path).ToList();
        var header = lines.Count > 0 ? lines[0].Text.TrimEnd('\r').Split(',') : [];
        int[] columns = [.. Wanted.Select(name => Column(header, name, path))];
        List<IjbaFace> faces = [.. lines.Skip(1).Select(line => line with { Text = line.Text.TrimEnd('\r') })
            .Where(line => line.Text.Length > 0)
            .Select(line => Face(line.Text.Split(','), line.Number, columns, path))];
        return faces.Count > 0 ? faces : throw new PfeException($"'{path}' has a header and no faces below it");
    }

    private static int Column(string[] header, string name, string path) => Array.IndexOf(header, name) is var column and >= 0
        ? column
        : throw new PfeException($"{path}, line 1: there is no column {name}; an IJB-A metadata.csv is wanted");

    private static IjbaFace Face(string[] fields, int line, int[] columns, string path)
    {
        if (fields.Length <= columns.Max())
            throw new PfeException($"{path}, line {line}: {fields.Length} fields, at least {columns.Max() + 1} are wanted");
        double Number(int column) =>
            double.TryParse(fields[columns[column]], NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value)
            ? value
            : throw new PfeException($"{path}, line {line}: '{fields[columns[column]]}' is no number");
        var (x, y, width, height) = (Number(2), Number(3), Number(4), Number(5));
        if (width <= 0 || height <= 0) throw new PfeException($"{path}, line {line}: a face of {width} x {height} is empty");
        var (subject, file) = (fields[columns[0]], fields[columns[1]]);
        // A subject's crops lie in a folder of its name: what would lead out of the output is refused before anything is written.
        if (OutputFolder.Problem(subject) is { } problem)
            throw new PfeException($"{path}, line {line}: SUBJECT_ID '{subject}' cannot name a folder: {problem}");
        if (file.Length == 0 || file.Contains('\0', StringComparison.Ordinal))
            throw new PfeException($"{path}, line {line}: FILE '{file}' is no path");
        return new IjbaFace(line, subject, file, new FaceBox(x, y, x + width, y + height), PixelSquare.About(x, y, width, height));
    }
}
