using Pfe.TestSupport;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Vision.Tests.Faces;

public sealed class LandmarkListTests : IDisposable
{
    private const string Interleaved = "a dir/one face.jpg 10 20 30 21 20 30 12 40 28 41\n\nb.jpg 11 20 31 21 21 30 13 40 29 41\n";
    private const string Transposed = "a dir/one face.jpg 10 30 20 12 28 20 21 30 40 41\nb.jpg 11 31 21 13 29 20 21 30 40 41\n";
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Both_orders_read_the_same_landmarks_and_paths_may_hold_blanks()
    {
        var interleaved = LandmarkList.Read(Write(Interleaved), LandmarkOrder.Interleaved);
        var transposed = LandmarkList.Read(Write(Transposed), LandmarkOrder.Transposed);
        transposed.ShouldBe(interleaved);
        interleaved[0].Path.ShouldBe("a dir/one face.jpg");
        interleaved[0].Landmarks.ShouldBe(
            new FiveLandmarks(new Point2(10, 20), new Point2(30, 21), new Point2(20, 30), new Point2(12, 40), new Point2(28, 41)));
    }

    [Fact]
    public void The_wrong_order_is_refused_with_the_remedy()
    {
        Should.Throw<InvalidConfigurationException>(() => LandmarkList.Read(Write(Transposed), LandmarkOrder.Interleaved))
            .Message.ShouldContain("its order is transposed");
        Should.Throw<InvalidConfigurationException>(() => LandmarkList.Read(Write(Interleaved), LandmarkOrder.Transposed))
            .Message.ShouldContain("its order is not transposed");
    }

    [Theory]
    [InlineData("a.jpg 1 2 3 4 5 6 7 8 9", "line 1"), InlineData("a.jpg 1 2 3 4 5 6 7 8 9 x", "'x' is no number"),
        InlineData("a.jpg 1 2 3 4 5 6 7 8 9 NaN", "'NaN'"), InlineData("", "is empty")]
    public void A_malformed_list_is_refused_by_line(string text, string expected) =>
        Should.Throw<PfeException>(() => LandmarkList.Read(Write(text), LandmarkOrder.Interleaved)).Message.ShouldContain(expected);

    [Fact]
    public void The_published_lists_of_lfw_and_ytf_read_in_the_transposed_order()
    {
        LandmarkList.Read(Path.Combine(Needs.Data("lfw"), "landmarks_mtcnn.txt"), LandmarkOrder.Transposed).Count.ShouldBe(7701);
        LandmarkList.Read(Path.Combine(Needs.Data("ytf"), "landmarks.txt"), LandmarkOrder.Transposed).Count.ShouldBe(3462);
    }

    [Fact]
    public void An_image_list_may_carry_labels_and_its_paths_are_relative_to_it()
    {
        var list = _folder.File("list.txt");
        File.WriteAllText(list, "x/1.jpg 0\nx/two words.jpg 17\nx/3.jpg\n");
        var sources = FaceSource.InList(list);
        sources.Select(source => source.Name).ShouldBe(["x/1.jpg", "x/two words.jpg", "x/3.jpg"]);
        sources[0].Path.ShouldBe(Path.Combine(_folder.Path, "x", "1.jpg"));
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string text)
    {
        var path = _folder.File("landmarks.txt");
        File.WriteAllText(path, text);
        return path;
    }
}
