using System.Text.Json;
using Pfe.TestSupport;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.Cli.Tests;

public sealed class CompareCommandTests
{
    private static readonly string Group = new ModelStore().Get("sample1");

    [Fact]
    public async Task Several_faces_are_refused_in_one_line_unless_the_main_face_is_asked_for()
    {
        var refused = await PfeCommand.Run("compare", Group, Group);
        refused.Code.ShouldBe(1);
        refused.Error.Trim().ShouldBe($"error: image '{Group}': 3 faces found; crop the photograph to one, or ask for the main face " +
            "(--main-face)");

        var taken = await PfeCommand.Run("compare", Group, Group, "--main-face", "--json");
        taken.Code.ShouldBe(0, taken.Error);
        var result = JsonDocument.Parse(taken.Output).RootElement;
        result.GetProperty("cosine").GetDouble().ShouldBe(1, 1e-5);
        result.GetProperty("verdict").GetProperty("answer").GetString().ShouldBe("Same");
        result.GetProperty("first").GetProperty("quality").GetDouble().ShouldBeInRange(0, 100);
    }

    [Fact]
    public async Task A_picture_without_a_face_is_one_line_and_exit_code_1()
    {
        using var folder = new TemporaryFolder();
        var blank = folder.File("blank.png");
        new Image(200, 200, new byte[120_000]).Save(blank);
        var run = await PfeCommand.Run("compare", blank, Group);
        run.Code.ShouldBe(1);
        run.Error.Trim().ShouldStartWith($"error: image '{blank}': no face found");
        run.Error.Trim().ShouldNotContain('\n');
    }

    [Fact]
    public async Task A_false_match_rate_that_the_calibration_cannot_support_is_a_usage_error()
    {
        var run = await PfeCommand.Run("compare", Group, Group, "--main-face", "--fmr", "1e-9");
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("no threshold for the false-match rate 1E-9");
    }

    [Theory]
    [InlineData("Abel_Pacheco/Abel_Pacheco_0001.jpg", "Abel_Pacheco/Abel_Pacheco_0004.jpg", "same person")]
    [InlineData("Abel_Pacheco/Abel_Pacheco_0001.jpg", "Akhmed_Zakayev/Akhmed_Zakayev_0001.jpg", "different people")]
    public async Task Real_photographs_get_the_right_verdict(string first, string second, string answer)
    {
        var missing = TestData.MissingReason("lfw/images");
        Assert.SkipWhen(missing is not null, missing ?? "");
        var images = TestData.Path("lfw/images");
        var run = await PfeCommand.Run("compare", Path.Combine(images, first), Path.Combine(images, second));
        run.Code.ShouldBe(0, run.Error);
        run.Output.ShouldContain(answer);
        run.Output.ShouldContain("P(same person)");
    }
}
