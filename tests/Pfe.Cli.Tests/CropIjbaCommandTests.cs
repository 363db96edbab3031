using Pfe.TestSupport;
using Pfe.Vision.Imaging;

namespace Pfe.Cli.Tests;

public sealed class CropIjbaCommandTests
{
    [Fact]
    public async Task Crops_repeats_collisions_and_missing_files_are_told_apart()
    {
        using var folder = new TemporaryFolder();
        new Image(50, 40, new byte[50 * 40 * 3]).Save(folder.File("images", "img", "1.png"));
        File.WriteAllText(folder.File("metadata.csv"), """
            TEMPLATE_ID,SUBJECT_ID,FILE,FACE_X,FACE_Y,FACE_WIDTH,FACE_HEIGHT
            1,7,img/1.jpg,5,5,20,30
            2,7,img/1.jpg,5,5,20,30
            3,7,img/1.jpg,6,5,20,30
            4,8,img/2.jpg,5,5,20,30
            """);
        var (images, output) = (Path.Combine(folder.Path, "images"), Path.Combine(folder.Path, "out"));
        var run = await PfeCommand.Run("crop-ijba", folder.File("metadata.csv"), images, "--output", output, "--json");
        run.Code.ShouldBe(0, run.Error);
        (run.Json.GetProperty("cropped").GetInt32(), run.Json.GetProperty("repeated").GetInt32(),
            run.Json.GetProperty("collisions").GetArrayLength(), run.Json.GetProperty("failures").GetArrayLength())
            .ShouldBe((1, 1, 1, 1));
        Image.Load(Path.Combine(output, "7", "img_1.jpg")).Height.ShouldBe(256);
        run.Error.ShouldContain("collision: img/1.jpg: line 4 would replace");
    }
}
