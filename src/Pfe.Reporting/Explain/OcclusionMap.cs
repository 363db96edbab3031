using Pfe.Calibration;
using Pfe.Reporting.Data;
using Pfe.Reporting.Drawing;
using Pfe.Reporting.Figures;
using Pfe.Vision;
using Pfe.Vision.Imaging;

namespace Pfe.Reporting.Explain;

/// <summary>How the map is made.</summary>
public sealed record OcclusionOptions
{
    /// <summary>Side of the grey patch as a share of the face's width. Default 0.2.</summary>
    public double Patch { get; init; } = 0.2;

    /// <summary>Places in a row and in a column. Default 14: 196 faces to embed.</summary>
    public int Steps { get; init; } = 14;
}

/// <summary>
/// Where in the face sigma and mu come from: a grey patch slides over the aligned face, and at each place the face is embedded again
/// (Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014).
/// </summary>
/// <param name="Face">The aligned face.</param>
/// <param name="Steps">Places in a row and in a column.</param>
/// <param name="Uncertainty">Mean ln sigma^2 of the face as it is.</param>
/// <param name="UncertaintyRise">Steps x Steps, row by row: how much mean ln sigma^2 rises with the patch there.</param>
/// <param name="MeanShift">Steps x Steps: 1 - cosine of mu with and without the patch.</param>
public sealed record OcclusionMap(Image Face, int Steps, double Uncertainty, double[] UncertaintyRise, double[] MeanShift)
{
    /// <summary>Makes the map.</summary>
    /// <param name="face">A face aligned to the model's template.</param>
    /// <param name="embedder">The model.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellation">Stops between places.</param>
    public static OcclusionMap Of(
        Image face, FaceEmbedder embedder, OcclusionOptions? options = null, CancellationToken cancellation = default) =>
        Of(face, image => embedder.EmbedAligned(image, cancellation).Embedding, options, cancellation);

    /// <summary>Makes the map with anything that embeds a face.</summary>
    /// <param name="face">An aligned face.</param>
    /// <param name="embed">Embeds an aligned face; called from several threads.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellation">Stops between places.</param>
    public static OcclusionMap Of(
        Image face, Func<Image, FaceEmbedding> embed, OcclusionOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(face);
        ArgumentNullException.ThrowIfNull(embed);
        options ??= new();
        if (options.Steps < 2) throw new InvalidConfigurationException(
            $"an occlusion map needs at least 2 places in a row, not {options.Steps}");
        if (options.Patch is not (> 0 and < 1))
            throw new InvalidConfigurationException($"the patch is a share of the face's width between 0 and 1, not {options.Patch}");
        var plain = embed(face);
        var uncertainty = FaceUncertainty.Of(plain);
        var (rise, shift) = (new double[options.Steps * options.Steps], new double[options.Steps * options.Steps]);
        // Session calls are safe from several threads and use one each.
        Parallel.For(0, rise.Length, new ParallelOptions { CancellationToken = cancellation }, place =>
        {
            // The middles of the map's tiles, so that the map lies on the face where the patch lay; at the border a part of the patch is
            // outside.
            var (x, y) = ((place % options.Steps + 0.5) / options.Steps, (place / options.Steps + 0.5) / options.Steps);
            var hidden = embed(Hide(face, x, y, options.Patch));
            rise[place] = FaceUncertainty.Of(hidden) - uncertainty;
            shift[place] = 1 - Scoring.Cosine.Score(plain, hidden);
        });
        return new(face, options.Steps, uncertainty, rise, shift);
    }

    /// <summary>The maps over the face, side by side.</summary>
    public Figure Draw()
    {
        const int Width = 330, Size = 306, Top = 34;
        // Templates need not be square.
        var height = Size * Face.Height / Face.Width;
        (string Title, string Unit, double[] Values)[] maps =
        [
            ("Uncertainty: hide it and sigma rises", "rise of mean ln σ²", UncertaintyRise),
            ("Identity: hide it and μ moves", "shift of μ, 1 − cosine", MeanShift),
        ];
        var png = Face.ToPng();
        Panel Map(string title, Action<Canvas> over) => new(Width, Top + height + 48, canvas =>
        {
            canvas.Text(8, 22, title, new TextStyle(13, Bold: true));
            canvas.Picture(8, Top, Size, height, png);
            over(canvas);
        });
        return new("explain", "Where in the face it comes from",
            $"a grey patch slides over the face, n = {Steps * Steps} places; mean ln σ² of the face as it is: {Numbers.Short(Uncertainty)}",
            "Bright yellow: hiding that place changes the result most; dark: it changes nothing, or lowers it.",
            [
                Map("The aligned face", _ => { }),
                .. maps.Select(map => Map(map.Title, canvas =>
                {
                    Overlay(canvas, map.Values, 8, Top, Size, height);
                    Scale(canvas, 8, Top + height + 10, Size, map.Unit, Math.Max(0, map.Values.Max()));
                })),
            ], 3, new(["row", "column", "uncertainty_rise", "mean_shift"],
                [.. UncertaintyRise.Select((value, place) => new object?[] { place / Steps, place % Steps, value, MeanShift[place] })]));
    }

    private void Overlay(Canvas canvas, double[] values, double left, double top, double width, double height)
    {
        var (across, down, highest) = (width / Steps, height / Steps, Math.Max(values.Max(), 1e-9));
        for (var place = 0; place < values.Length; place++)
        {
            var level = Math.Clamp(values[place] / highest, 0, 1);
            canvas.Tile(left + place % Steps * across, top + place / Steps * down, across, down, Heat(level), 0.62);
        }
    }

    private static void Scale(Canvas canvas, double x, double y, double width, string note, double highest)
    {
        for (var i = 0; i < 50; i++) canvas.Tile(x + i * width / 50, y, width / 50 + 0.2, 10, Heat(i / 49.0), 1);
        canvas.Text(x, y + 26, "0", new TextStyle(12));
        canvas.Text(x + width / 2, y + 26, note, new TextStyle(12, Anchor: Anchor.Middle));
        canvas.Text(x + width, y + 26, highest.ToString("0.###"), new TextStyle(12, Anchor: Anchor.End));
    }

    // Cividis in five stops: even steps of brightness, the same for colour-blind readers.
    private static (byte R, byte G, byte B) Heat(double level)
    {
        ReadOnlySpan<(int R, int G, int B)> stops = [(0, 32, 77), (64, 76, 107), (124, 123, 120), (188, 175, 111), (255, 234, 70)];
        var at = level * (stops.Length - 1);
        var i = Math.Min((int)at, stops.Length - 2);
        return (Mix(stops[i].R, stops[i + 1].R, at - i), Mix(stops[i].G, stops[i + 1].G, at - i), Mix(stops[i].B, stops[i + 1].B, at - i));
    }

    private static byte Mix(int a, int b, double share) => (byte)Math.Round(a + (b - a) * share);

    private static Image Hide(Image face, double x, double y, double patch)
    {
        var pixels = face.Pixels.ToArray();
        var side = (int)Math.Round(Math.Min(face.Width, face.Height) * patch);
        var (left, top) = ((int)Math.Round(x * face.Width - side / 2.0), (int)Math.Round(y * face.Height - side / 2.0));
        var (right, bottom) = (Math.Min(left + side, face.Width), Math.Min(top + side, face.Height));
        left = Math.Max(left, 0);
        for (var row = Math.Max(top, 0); row < bottom; row++) pixels.AsSpan(3 * (row * face.Width + left), 3 * (right - left)).Fill(127);
        return new Image(face.Width, face.Height, pixels);
    }
}
