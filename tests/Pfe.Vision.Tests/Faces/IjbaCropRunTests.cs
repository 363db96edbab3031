using System.Formats.Tar;
using System.IO.Compression;
using Pfe.TestSupport;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Faces;

public sealed class IjbaCropRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_crop_shows_the_square_about_the_box_with_black_outside()
    {
        // A box of 20 x 40 at the left side: the square of 40 begins 10 pixels outside the image.
        var crop = IjbaCropRun.Crop(Drawn.Gradient(256, 256), PixelSquare.About(0, 100, 20, 40));
        (crop.Width, crop.Height).ShouldBe((256, 256));
        // A crop pixel is 40 / 256 = 0.15625 image pixels; the image begins at crop pixel 64.
        crop.Row(128)[(3 * 55)..(3 * 56)].ToArray().ShouldBe([0, 0, 0]);
        foreach (var x in new[] { 80, 128, 200 })
        {
            ((double)crop.Row(128)[3 * x]).ShouldBe((x + 0.5) * 0.15625 - 10 - 0.5, 1.1);
            ((double)crop.Row(128)[3 * x + 1]).ShouldBe(100 + 128.5 * 0.15625 - 0.5, 1.1);
        }
    }

    [Theory]
    [InlineData(10.5, 20.5, 30, 30, 10, 20, 30)] // Halves go to the even number.
    [InlineData(11.5, 21.5, 31.5, 10, 12, 11, 32)] // Squared first: 21.5 + 5 - 15.75 = 10.75.
    [InlineData(10.1, 0, 100.5, 7, 10, -47, 100)] // 100.5 is a half, although 110.6 - 10.1 is not quite.
    [InlineData(3, 3, 0.2, 0.4, 3, 3, 1)] // The reference would fail on a side of 0.
    public void A_box_is_rounded_as_Pythons_round_does_it(
        double x, double y, double width, double height, double left, double top, double side) =>
        PixelSquare.About(x, y, width, height).ShouldBe(new PixelSquare(left, top, side));

    [Fact]
    public void The_real_metadata_is_cropped_with_every_row_accounted_for()
    {
        var faces = IjbaMetadata.Read(Metadata());
        faces.Count.ShouldBe(25_817);
        // Generated images for the first subjects; one under another extension, one left out.
        var some = faces.Take(60).ToList();
        foreach (var face in some.DistinctBy(face => face.File).Skip(1))
        {
            var name = face.File == some[10].File ? Path.ChangeExtension(face.File, ".webp") : face.File;
            Drawn.Gradient(64, 64).Save(_folder.File(["images", .. name.Split('/')]));
        }
        var run = IjbaCropRun.Run(some, Path.Combine(_folder.Path, "images"), Path.Combine(_folder.Path, "out"));
        run.Failures.ShouldHaveSingleItem().Name.ShouldBe(some[0].File);
        run.Failures[0].Reason.ShouldContain("under any extension");
        (run.Cropped + run.Repeated + run.Collisions.Count + run.Failures.Count).ShouldBe(60);
        File.Exists(Path.Combine(_folder.Path, "out", some[10].Subject, some[10].File.Replace('/', '_'))).ShouldBeTrue();
        IjbaCropRun.Run(some, Path.Combine(_folder.Path, "images"), Path.Combine(_folder.Path, "out")).AlreadyThere.ShouldBe(run.Cropped);
    }

    [Fact]
    public void The_one_collision_of_the_real_metadata_is_reported()
    {
        var faces = IjbaMetadata.Read(Metadata()).Where(face => face.File == "frame/30091_00000.png" && face.Subject == "1928").ToList();
        Drawn.Gradient(500, 400).Save(_folder.File("images", "frame", "30091_00000.png"));
        var run = IjbaCropRun.Run(faces, Path.Combine(_folder.Path, "images"), Path.Combine(_folder.Path, "out"));
        run.Cropped.ShouldBe(1);
        run.Collisions.ShouldHaveSingleItem().Reason.ShouldContain($"of line {faces[0].Line}, which is kept");
    }

    [Theory]
    [InlineData("SUBJECT_ID,FILE\n1,a.jpg", "line 1: there is no column FACE_X"),
        InlineData("SUBJECT_ID,FILE,FACE_X,FACE_Y,FACE_WIDTH,FACE_HEIGHT\n1,a.jpg,1,2,3,x", "line 2: 'x' is no number"),
     InlineData("SUBJECT_ID,FILE,FACE_X,FACE_Y,FACE_WIDTH,FACE_HEIGHT\n1,a.jpg,1,2,0,4", "is empty")]
    public void A_malformed_metadata_file_is_refused_by_line(string text, string expected)
    {
        File.WriteAllText(_folder.File("m.csv"), text);
        Should.Throw<PfeException>(() => IjbaMetadata.Read(_folder.File("m.csv"))).Message.ShouldContain(expected);
    }

    public void Dispose() => _folder.Dispose();

    private string Metadata()
    {
        using var stream = new GZipStream(File.OpenRead(Needs.Data("ijba-protocol.tar.gz")), CompressionMode.Decompress);
        using var tar = new TarReader(stream);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name != "proto/IJB-A/metadata.csv") continue;
            entry.ExtractToFile(_folder.File("metadata.csv"), overwrite: true);
            break;
        }
        return _folder.File("metadata.csv");
    }
}
