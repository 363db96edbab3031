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

    [Theory]
    [InlineData("../../escaped")]
    [InlineData("/tmp/pfe-escaped")]
    [InlineData("..")]
    [InlineData("")]
    public async Task A_subject_that_leads_out_of_the_output_is_refused_with_its_line(string subject)
    {
        using var folder = new TemporaryFolder();
        new Image(50, 40, new byte[50 * 40 * 3]).Save(folder.File("deep", "images", "a.png"));
        File.WriteAllText(folder.File("metadata.csv"),
            $"TEMPLATE_ID,SUBJECT_ID,FILE,FACE_X,FACE_Y,FACE_WIDTH,FACE_HEIGHT\n1,{subject},a.png,1,1,20,20\n");
        var before = Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories);
        var run = await PfeCommand.Run("crop-ijba", folder.File("metadata.csv"), Path.Combine(folder.Path, "deep", "images"), "--output",
            Path.Combine(folder.Path, "deep", "out"));
        run.ShouldFailInOneLine(1, "metadata.csv, line 2: SUBJECT_ID");
        Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).ShouldBe(before, ignoreOrder: true);
        File.Exists("/tmp/pfe-escaped/a.png").ShouldBeFalse();
    }

    [Fact]
    public async Task Another_box_is_another_crop_and_a_table_of_a_header_alone_is_said()
    {
        using var folder = new TemporaryFolder();
        new Image(50, 40, new byte[50 * 40 * 3]).Save(folder.File("images", "a.png"));
        string[] command = ["crop-ijba", folder.File("metadata.csv"), Path.Combine(folder.Path, "images"), "--output",
            Path.Combine(folder.Path, "out")];
        File.WriteAllText(folder.File("metadata.csv"), Table("1,7,a.png,1,1,20,20\n"));
        (await PfeCommand.Run(command)).Code.ShouldBe(0);
        File.WriteAllText(folder.File("metadata.csv"), Table("1,7,a.png,2,1,20,20\n"));
        (await PfeCommand.Run(command)).ShouldFailInOneLine(2, "was made with other", "--overwrite");
        (await PfeCommand.Run([.. command, "--overwrite"])).Output.ShouldStartWith("1 of 1 faces");
        File.WriteAllText(folder.File("metadata.csv"), Table(""));
        (await PfeCommand.Run(command)).ShouldFailInOneLine(1, "no faces below it");
    }

    [Fact]
    public async Task Where_no_image_can_be_read_the_command_fails_and_names_the_first()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("metadata.csv"), Table("1,7,img/1.jpg,1,1,20,20\n2,8,img/2.jpg,1,1,20,20\n"));
        Directory.CreateDirectory(Path.Combine(folder.Path, "images"));
        var run = await PfeCommand.Run("crop-ijba", folder.File("metadata.csv"), Path.Combine(folder.Path, "images"), "--output",
            Path.Combine(folder.Path, "out"));
        run.ShouldFailInOneLine(1, "none of 2 faces could be cropped", "img/1.jpg");
    }

    private static string Table(string rows) => "TEMPLATE_ID,SUBJECT_ID,FILE,FACE_X,FACE_Y,FACE_WIDTH,FACE_HEIGHT\n" + rows;
}
