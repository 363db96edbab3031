using Pfe.TestSupport;
using Pfe.Vision.Imaging;

namespace Pfe.Cli.Tests;

public sealed class AlignCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_list_and_its_images_become_aligned_faces_and_bad_ones_are_counted()
    {
        var list = List(transposed: true, "p/a.png", "p/b.jpg", "p/none.jpg");
        File.WriteAllText(_folder.File("in", "p", "b.jpg"), "no picture");
        var run = await PfeCommand.Run("align", In, "--landmarks", list, "--transpose-input", "--output", Out, "--json");
        run.Code.ShouldBe(0);
        (run.Json.GetProperty("images").GetInt32(), run.Json.GetProperty("aligned").GetInt32(),
            run.Json.GetProperty("failures").GetArrayLength()).ShouldBe((3, 1, 2));
        var face = Image.Load(Path.Combine(Out, "p", "a.png"));
        (face.Width, face.Height).ShouldBe((112, 112));
        run.Error.ShouldContain("left out: p/b.jpg: not a picture that can be read");
        run.Error.ShouldContain("left out: p/none.jpg: there is no such file");
    }

    [Fact]
    public async Task Pictures_that_a_landmark_list_leaves_out_are_counted()
    {
        var list = List(transposed: false, "p/a.png");
        for (var i = 0; i < 3; i++) BadPictures.Noise(30, 30, i).Save(_folder.File("in", "q", $"{i}.png"));
        var run = await PfeCommand.Run("align", In, "--landmarks", list, "--output", Out);
        run.Code.ShouldBe(0, run.Error);
        run.Error.ShouldContain($"note: 3 of 4 pictures in '{In}' are not in '{list}' and are left out, 'q/0.png' first");
    }

    [Fact]
    public async Task The_demo_template_is_chosen_by_image_size_and_scale()
    {
        var list = List(transposed: false, "p/a.png");
        var run = await PfeCommand.Run(
            "align", "-", "--prefix", In, "--landmarks", list, "--output", Out, "--image-size", "96", "112", "--scale", "0.8", "--json");
        run.Code.ShouldBe(0);
        run.Json.GetProperty("template").GetString().ShouldBe("demo-96x112-scale-0.8");
        Image.Load(Path.Combine(Out, "p", "a.png")).Width.ShouldBe(96);
    }

    [Fact]
    public async Task The_wrong_order_is_a_usage_error_and_writes_nothing()
    {
        var run = await PfeCommand.Run("align", In, "--landmarks", List(transposed: true, "p/a.png"), "--output", Out);
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("add --transpose-input");
        Directory.Exists(Out).ShouldBeFalse();
    }

    [Fact]
    public async Task Strict_fails_on_the_first_bad_image_in_one_line()
    {
        var run = await PfeCommand.Run("align", In, "--landmarks", List(transposed: false, "none.jpg"), "--output", Out, "--strict");
        run.Code.ShouldBe(1);
        run.Error.Trim().Split('\n')[^1].ShouldBe($"error: image '{Path.Combine(In, "none.jpg")}': there is no such file");
    }

    public void Dispose() => _folder.Dispose();

    private string In => Path.Combine(_folder.Path, "in");

    private string Out => Path.Combine(_folder.Path, "out");

    private string List(bool transposed, params string[] names)
    {
        var pixels = new byte[120 * 120 * 3];
        new Random(1).NextBytes(pixels);
        new Image(120, 120, pixels).Save(_folder.File("in", "p", "a.png"));
        var numbers = transposed ? "40 76 58 43 72 54 54 74 96 96" : "40 54 76 54 58 74 43 96 72 96";
        File.WriteAllLines(_folder.File("list.txt"), names.Select(name => $"{name} {numbers}"));
        return _folder.File("list.txt");
    }
}
