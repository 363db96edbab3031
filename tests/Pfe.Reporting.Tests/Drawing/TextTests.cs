using Pfe.Reporting.Charts;
using Pfe.Reporting.Drawing;
using Pfe.Reporting.Figures;
using Pfe.TestSupport;
using Pfe.Vision.Imaging;

namespace Pfe.Reporting.Tests.Drawing;

/// <summary>A server without fonts draws no text and says nothing of it; these look at the pixels.</summary>
public sealed class TextTests
{
    [Fact]
    public void A_png_holds_its_words_in_ink()
    {
        var (blank, words) = (Ink("", ""), Ink("Error rates", "false-match rate"));
        // Letters of this many pixels at two to the unit: a missing font leaves both pictures equal.
        (words - blank).ShouldBeGreaterThan(2_000);
    }

    [Fact]
    public void Text_that_runs_upwards_is_drawn_upwards()
    {
        using var folder = new TemporaryFolder();
        var image = Picture(folder, canvas => canvas.Text(100, 180, "MMMMMMMM", new TextStyle(20, Anchor: Anchor.Start, Upright: false)));
        var dark = Enumerable.Range(0, image.Width * image.Height).Where(at => image.Pixels[3 * at] < 128)
            .Select(at => (X: at % image.Width, Y: at / image.Width)).ToList();
        (dark.Max(p => p.Y) - dark.Min(p => p.Y)).ShouldBeGreaterThan(4 * (dark.Max(p => p.X) - dark.Min(p => p.X)));
        dark.Max(p => p.Y).ShouldBeLessThanOrEqualTo(2 * 180 + 2);
    }

    private static int Ink(string title, string axis)
    {
        using var folder = new TemporaryFolder();
        var image = Picture(folder, canvas => new Chart(title, "", new Axis(axis, 0, 1), new Axis("", 0, 1), []).Draw(canvas, 200));
        return Enumerable.Range(0, image.Width * image.Height).Count(at => image.Pixels[3 * at] < 128);
    }

    private static Image Picture(TemporaryFolder folder, Action<Canvas> paint)
    {
        using var fonts = Fonts.Load();
        var path = folder.File("figure.png");
        File.WriteAllBytes(path, new Figure("x", "x", null, "", [new Panel(400, 200, paint)], 1, new([], [])).ToPng(fonts));
        return Image.Load(path);
    }
}
