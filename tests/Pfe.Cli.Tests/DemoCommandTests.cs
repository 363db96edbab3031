using System.Text.Json;
using Pfe.TestSupport;
using Pfe.Vision.Imaging;

namespace Pfe.Cli.Tests;

public sealed class DemoCommandTests
{
    [Fact]
    public async Task The_demo_finds_every_face_sigma_grows_with_damage_and_mls_mixes_up_fewer_pairs_than_cosine()
    {
        using var folder = new TemporaryFolder();
        var picture = folder.File("faces.png");
        var run = await PfeCommand.Run("demo", "--out", picture, "--json");
        run.Code.ShouldBe(0, run.Error);
        var result = JsonDocument.Parse(run.Output).RootElement.GetProperty("result");
        result.GetProperty("photographs").GetInt32().ShouldBe(6);
        result.GetProperty("faces").GetInt32().ShouldBe(22);
        foreach (var row in result.GetProperty("damage").EnumerateArray().Skip(1))
        {
            row.GetProperty("growth").GetDouble().ShouldBeGreaterThan(1.03, row.ToString());
            row.GetProperty("grown").GetDouble().ShouldBeGreaterThan(0.9, row.ToString());
        }
        double Overlap(string score) =>
            result.GetProperty("separation").EnumerateArray().Single(row => row.GetProperty("score").GetString() == score)
            .GetProperty("overlap").GetDouble();
        Overlap("MLS").ShouldBeLessThan(Overlap("cosine"));
        Image.Load(picture).Width.ShouldBeGreaterThan(1000);
    }

    [Fact]
    public async Task A_photograph_without_faces_is_refused_and_no_picture_is_written()
    {
        using var folder = new TemporaryFolder();
        var (blank, picture) = (folder.File("blank.png"), folder.File("faces.png"));
        new Image(200, 200, new byte[120_000]).Save(blank);
        var run = await PfeCommand.Run("demo", blank, "--out", picture);
        (run.Code, File.Exists(picture)).ShouldBe((1, false));
        run.Error.ShouldContain("error: 0 faces found in 1 photographs; at least 2 are needed");
    }
}
