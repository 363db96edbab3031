using Pfe.Reporting.Drawing;

namespace Pfe.Reporting.Tests.Drawing;

/// <summary>
/// Colours as a colour-blind reader sees them: Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color
/// Vision Deficiency" (2009), severity 1, in linear sRGB; distances are Euclidean in CIELAB (CIE76), where about 2 is just noticeable.
/// </summary>
public sealed class PaletteTests
{
    private const double FarApart = 19, Readable = 4.5, Visible = 3;

    private static readonly Ink[] InFigures = [.. Inks.Series, Ink.Muted];

    private static readonly Dictionary<string, double[]> Visions = new()
    {
        ["normal"] = [1, 0, 0, 0, 1, 0, 0, 0, 1],
        ["protanopia"] = [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
        ["deuteranopia"] = [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881],
        ["tritanopia"] = [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900],
    };

    [Theory]
    [InlineData("normal", false), InlineData("protanopia", false), InlineData("deuteranopia", false), InlineData("tritanopia", false)]
    [InlineData("normal", true), InlineData("protanopia", true), InlineData("deuteranopia", true), InlineData("tritanopia", true)]
    public void All_series_colours_stay_far_apart(string vision, bool dark)
    {
        foreach (var (i, a) in InFigures.Index())
            foreach (var b in InFigures.Skip(i + 1))
                Distance(Seen(a, vision, dark), Seen(b, vision, dark)).ShouldBeGreaterThan(FarApart, $"{a} and {b}");
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Series_are_visible_and_text_is_readable_on_the_paper(bool dark)
    {
        foreach (var ink in InFigures) Contrast(ink, dark).ShouldBeGreaterThan(Visible, ink.ToString());
        foreach (var ink in new[] { Ink.Text, Ink.Muted }) Contrast(ink, dark).ShouldBeGreaterThan(Readable, ink.ToString());
    }

    [Fact]
    public void The_simulation_is_the_published_one_a_deuteranope_hardly_tells_red_from_green_of_equal_brightness() =>
        Distance(Lab(Mix(Visions["deuteranopia"], Linear(0xa05000))), Lab(Mix(Visions["deuteranopia"], Linear(0x6a6a00))))
            .ShouldBeLessThan(12);

    private static double[] Seen(Ink ink, string vision, bool dark) => Lab(Mix(Visions[vision], Linear(Value(ink, dark))));

    private static uint Value(Ink ink, bool dark) => Inks.Colour(ink) is var (_, onLight, onDark) && dark ? onDark : Inks.Colour(ink).Light;

    private static double[] Linear(uint colour) =>
        [.. new[] { colour >> 16, colour >> 8, colour }.Select(part => (part & 255) / 255.0)
            .Select(c => c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4))];

    private static double[] Mix(double[] matrix, double[] rgb) =>
        [.. Enumerable.Range(0, 3)
            .Select(row => Math.Clamp(Enumerable.Range(0, 3).Sum(column => matrix[3 * row + column] * rgb[column]), 0, 1))];

    private static double[] Lab(double[] rgb)
    {
        double[] xyz = [0.4124564 * rgb[0] + 0.3575761 * rgb[1] + 0.1804375 * rgb[2], Luminance(rgb),
            0.0193339 * rgb[0] + 0.1191920 * rgb[1] + 0.9503041 * rgb[2]];
        double[] f = [.. xyz.Zip([0.95047, 1, 1.08883], (value, white) => value / white)
            .Select(t => t > 216.0 / 24389 ? Math.Cbrt(t) : (24389.0 / 27 * t + 16) / 116)];
        return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])];
    }

    private static double Luminance(double[] rgb) => 0.2126729 * rgb[0] + 0.7151522 * rgb[1] + 0.0721750 * rgb[2];

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());

    // WCAG 2.
    private static double Contrast(Ink ink, bool dark)
    {
        var (a, b) = (Luminance(Linear(Value(ink, dark))), Luminance(Linear(Value(Ink.Paper, dark))));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }
}
