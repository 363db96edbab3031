using Pfe.TestSupport;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Faces;

public sealed class AlignmentRunTests : IDisposable
{
    private static readonly FiveLandmarks Face = AlignmentTemplate.ArcFace.Points.Map(new AffineMap(1.2, 0, 10, 0, 1.2, 5));
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Aligned_faces_equal_the_warp_and_bad_images_are_counted()
    {
        var good = Source("p/a.png", Drawn.Noise(160, 150, 1));
        File.WriteAllText(_folder.File("in", "p", "b.png"), "no picture");
        var bad = new FaceSource("p/b.png", _folder.File("in", "p", "b.png"), Face);
        var point = good with { Name = "p/c.png", Landmarks = new FiveLandmarks(default, default, default, default, default) };
        var run = AlignmentRun.Run([good, bad, point], null, Output);
        run.Aligned.ShouldBe(1);
        run.Failures.Select(failure => failure.Name).ShouldBe(["p/b.png", "p/c.png"]);
        var expected = Warp.ToImage(Image.Load(good.Path), AlignmentTemplate.ArcFace.ToSource(Face), 112, 112);
        Image.Load(Path.Combine(Output, "p", "a.png")).Pixels.SequenceEqual(expected.Pixels).ShouldBeTrue();
        Directory.GetFiles(Output, "*.png", SearchOption.AllDirectories).ShouldHaveSingleItem();
        // Its own note of what it made is no file that the next command would count as left out.
        FaceSource.InFolder(Output, out var skipped).ShouldHaveSingleItem();
        skipped.ShouldBeEmpty();
    }

    [Fact]
    public void A_face_that_was_made_otherwise_is_refused_and_with_overwrite_made_anew()
    {
        FaceSource[] sources = [Source("p/a.png", Drawn.Noise(160, 150, 1)), Source("p/b.png", Drawn.Noise(160, 150, 2))];
        AlignmentRun.Run(sources, null, Output);
        // Another template, other landmarks, another photograph of the same name.
        var other = new AlignmentRunOptions { Template = AlignmentTemplate.Reference };
        Should.Throw<InvalidConfigurationException>(() => AlignmentRun.Run(sources, null, Output, other))
            .Message.ShouldContain("and 1 more was made with other");
        FaceSource[] moved = [sources[0], sources[1] with { Landmarks = Face.Map(new AffineMap(1, 0, 1, 0, 1, 1)) }];
        Should.Throw<InvalidConfigurationException>(() => AlignmentRun.Run(moved, null, Output)).Message.ShouldContain("b.png' was made");
        Drawn.Noise(160, 150, 3).Save(sources[0].Path);
        Should.Throw<InvalidConfigurationException>(() => AlignmentRun.Run(sources, null, Output))
            .Message.ShouldContain("have it made anew");
        var again = AlignmentRun.Run(sources, null, Output, new AlignmentRunOptions { Overwrite = true });
        (again.Aligned, again.AlreadyThere).ShouldBe((1, 1));
        AlignmentRun.Run(sources, null, Output, other with { Overwrite = true }).Aligned.ShouldBe(2);
        Image.Load(Path.Combine(Output, "p", "a.png")).Width.ShouldBe(96);
        AlignmentRun.Run(sources, null, Output, other).AlreadyThere.ShouldBe(2);
    }

    [Fact]
    public void A_picture_of_which_nothing_is_known_and_half_a_line_are_not_taken_for_done()
    {
        FaceSource[] sources = [Source("p/a.png", Drawn.Noise(160, 150, 1))];
        AlignmentRun.Run(sources, null, Output);
        var record = Path.Combine(Output, ".pfe-made");
        File.WriteAllText(record, File.ReadAllText(record).TrimEnd());
        Should.Throw<InvalidConfigurationException>(() => AlignmentRun.Run(sources, null, Output)).Message.ShouldContain("a.png");
        File.Delete(Path.Combine(Output, "p", "a.png"));
        AlignmentRun.Run(sources, null, Output).Aligned.ShouldBe(1);
    }

    [Theory]
    [InlineData("../../escaped.png")]
    [InlineData("..\\..\\escaped.png")]
    [InlineData("/abs/../../../escaped.png")]
    public void No_name_of_a_list_leads_out_of_the_folder(string name)
    {
        var source = Source("a.png", Drawn.Noise(160, 150, 1)) with { Name = name };
        AlignmentRun.Run([source], null, Output).Aligned.ShouldBe(1);
        File.Exists(Path.Combine(_folder.Path, "escaped.png")).ShouldBeFalse();
        Directory.GetFiles(Output, "escaped.png", SearchOption.AllDirectories).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_second_run_makes_only_what_is_missing()
    {
        FaceSource[] sources = [Source("p/a.png", Drawn.Noise(160, 150, 1)), Source("p/b.png", Drawn.Noise(160, 150, 2))];
        AlignmentRun.Run(sources, null, Output);
        File.Delete(Path.Combine(Output, "p", "b.png"));
        var again = AlignmentRun.Run(sources, null, Output);
        (again.Aligned, again.AlreadyThere).ShouldBe((1, 1));
    }

    [Fact]
    public void Dir_depth_keeps_the_end_of_the_path_and_refuses_two_images_in_one_file()
    {
        FaceSource[] sources = [Source("x/p/a.png", Drawn.Noise(130, 130, 1)), Source("y/p/a.png", Drawn.Noise(130, 130, 2))];
        Should.Throw<InvalidConfigurationException>(() => AlignmentRun.Run(sources, null, Output))
            .Message.ShouldContain("keep more than 2 components");
        AlignmentRun.Run(sources, null, Output, new AlignmentRunOptions { DirectoryDepth = 3 }).Aligned.ShouldBe(2);
        File.Exists(Path.Combine(Output, "y", "p", "a.png")).ShouldBeTrue();
    }

    [Fact]
    public void Strict_stops_at_the_first_bad_image()
    {
        var bad = new FaceSource("b.png", _folder.File("in", "none.png"), Face);
        Should.Throw<ImageException>(() => AlignmentRun.Run([bad], null, Output, new AlignmentRunOptions { Strict = true }))
            .Message.ShouldContain("there is no such file");
    }

    public void Dispose() => _folder.Dispose();

    private string Output => Path.Combine(_folder.Path, "out");

    private FaceSource Source(string name, Image image)
    {
        var path = _folder.File(["in", .. name.Split('/')]);
        image.Save(path);
        return new FaceSource(name, path, Face);
    }
}
