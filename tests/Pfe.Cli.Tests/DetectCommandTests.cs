using Pfe.TestSupport;
using Pfe.Vision.Imaging;
using Pfe.Vision.Models;

namespace Pfe.Cli.Tests;

public sealed class DetectCommandTests
{
    [Fact]
    public async Task A_group_photograph_gives_boxes_landmarks_and_a_list_that_align_reads()
    {
        using var folder = new TemporaryFolder();
        var store = new ModelStore();
        string photograph;
        try { photograph = store.Get("sample1"); }
        catch (PfeException e) { Assert.Skip(e.Message); return; }
        File.Copy(photograph, folder.File("in", "p", "group.jpg"));
        File.WriteAllText(folder.File("in", "p", "text.jpg"), "no picture");
        new Image(1, 1, [1, 2, 3]).Save(folder.File("in", "p", "dot.png"));
        var (images, list) = (Path.Combine(folder.Path, "in"), folder.File("list.txt"));
        var run = await PfeCommand.Run("detect", images, "--output", list, "--json");
        run.Code.ShouldBe(0, run.Error);
        (run.Json.GetProperty("faces").GetInt32(), run.Json.GetProperty("without_face").GetInt32(),
            run.Json.GetProperty("unreadable").GetInt32()).ShouldBe((3, 1, 1));
        var face = run.Json.GetProperty("images").EnumerateArray().First(image => image.GetProperty("name").GetString() == "p/group.jpg")
            .GetProperty("faces")[0];
        face.GetProperty("landmarks").GetProperty("left_eye").GetProperty("x").GetDouble()
            .ShouldBeInRange(face.GetProperty("box").GetProperty("left").GetDouble(),
            face.GetProperty("box").GetProperty("right").GetDouble());

        var aligned = await PfeCommand.Run(
            "align", images, "--landmarks", list, "--output", Path.Combine(folder.Path, "out"), "--visualize", folder.File("sheet.png"),
            "--json");
        aligned.Code.ShouldBe(0, aligned.Error);
        aligned.Json.GetProperty("aligned").GetInt32().ShouldBe(1);
        Image.Load(folder.File("sheet.png")).Width.ShouldBeGreaterThan(112);
    }

    [Fact]
    public async Task A_wrong_score_or_a_missing_file_is_one_line()
    {
        (await PfeCommand.Run("detect", "x.jpg", "--minimum-score", "2")).Code.ShouldBe(2);
        using var folder = new TemporaryFolder();
        var run = await PfeCommand.Run("detect", folder.Path);
        run.Code.ShouldBe(1);
        run.Error.ShouldContain("there is no picture");
    }
}
