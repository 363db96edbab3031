using Pfe.TestSupport;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.Cli.Tests;

/// <summary>pfe explain with the default model on a real photograph of the registry.</summary>
public sealed class ExplainCommandTests : IDisposable
{
    private static readonly string Photograph = new ModelStore().Get("sample1");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Hiding_the_middle_of_the_face_moves_mu_and_raises_sigma_more_than_hiding_its_border()
    {
        const int Steps = 7;
        var picture = _folder.File("why.png");
        var run = await PfeCommand.Run("explain", Photograph, "--output", picture, "--steps", "7", "--json");
        run.Code.ShouldBe(0, run.Error);
        foreach (var map in new[] { "mean_shift", "uncertainty_rise" })
        {
            double[] values = [.. run.Json.GetProperty(map).EnumerateArray().Select(value => value.GetDouble())];
            values.Length.ShouldBe(Steps * Steps);
            var inner = values.Where((_, place) => place / Steps is > 0 and < Steps - 1 && place % Steps is > 0 and < Steps - 1).Average();
            var border = values.Where((_, place) => place / Steps is 0 or Steps - 1 || place % Steps is 0 or Steps - 1).Average();
            inner.ShouldBeGreaterThan(1.5 * border, map);
        }
        var drawn = Image.Load(picture);
        (drawn.Width, drawn.Height).ShouldBe((2 * 990, 2 * (52 + 34 + 306 + 48)));
    }

    [Fact]
    public async Task The_picture_may_be_an_svg_and_its_words_are_words()
    {
        var picture = _folder.File("why.svg");
        var run = await PfeCommand.Run("explain", Photograph, "--output", picture, "--steps", "3");
        run.Code.ShouldBe(0, run.Error);
        run.Output.ShouldContain("9 places ->");
        File.ReadAllText(picture).ShouldSatisfyAllConditions(
            svg => svg.ShouldContain("Where in the face it comes from"), svg =>
            svg.ShouldContain("n = 9 places"), svg => svg.ShouldContain("data:image/png"));
    }

    [Fact]
    public async Task A_picture_without_a_face_a_wrong_model_and_a_wrong_option_are_one_line_each()
    {
        var (blank, text, output) = (_folder.File("blank.png"), _folder.File("text.onnx"), _folder.File("why.png"));
        new Image(200, 200, new byte[120_000]).Save(blank);
        File.WriteAllText(text, "a letter");
        (await PfeCommand.Run("explain", blank, "--output", output)).ShouldFailInOneLine(1, blank, "no face found");
        (await PfeCommand.Run("explain", Photograph, "--model", text, "--output", output))
            .ShouldFailInOneLine(1, text, "is not an ONNX model");
        (await PfeCommand.Run("explain", Photograph, "--steps", "1", "--output", output)).ShouldFailInOneLine(2, "at least 2 places");
        (await PfeCommand.Run("explain", Photograph, "--patch", "1.5", "--output", output)).ShouldFailInOneLine(2, "between 0 and 1");
        new Image(178, 218, new byte[178 * 218 * 3]).Save(blank);
        (await PfeCommand.Run("explain", blank, "--aligned", "--output", output))
            .ShouldFailInOneLine(1, "178 x 218 is not the shape of an aligned face");
        File.Exists(output).ShouldBeFalse();
    }
}
