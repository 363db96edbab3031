using Pfe.TestSupport;
using Pfe.Training.Data;

namespace Pfe.Training.Tests.Data;

public sealed class LabelledImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_of_class_folders_is_read_in_ordinal_order_whatever_lies_beside()
    {
        Touch("b/2.jpg", "b/1.PNG", "a/x.jpeg", "b/notes.txt", "stray.jpg");
        var images = LabelledImages.Load(_folder.Path);
        images.Classes.ShouldBe(["a", "b"]);
        images.Labels.ShouldBe([0, 1, 1]);
        images.Paths.Select(path => Path.GetRelativePath(_folder.Path, path)).ShouldBe(["a/x.jpeg", "b/1.PNG", "b/2.jpg"]);
    }

    [Fact]
    public void An_empty_class_folder_is_named()
    {
        Touch("a/1.jpg", "b/readme.txt");
        Should.Throw<PfeException>(() => LabelledImages.Load(_folder.Path)).Message.ShouldContain(Path.Combine(_folder.Path, "b"));
    }

    [Fact]
    public void A_list_with_labels_may_have_spaces_in_paths()
    {
        Touch("some one/1.jpg", "x/2.jpg");
        File.WriteAllText(_folder.File("list.txt"), "some one/1.jpg 7\n\nx/2.jpg 12\nsome one/1.jpg 12\n");
        var images = LabelledImages.Load(_folder.File("list.txt"));
        images.Classes.ShouldBe(["12", "7"]);
        images.Labels.ShouldBe([0, 0, 1]);
    }

    [Fact]
    public void Without_labels_the_folder_is_the_class()
    {
        Touch("p/1.jpg", "q/1.jpg", "q/2.jpg");
        File.WriteAllText(_folder.File("list.txt"), "q/1.jpg\np/1.jpg\nq/2.jpg");
        var images = LabelledImages.Load(_folder.File("list.txt"));
        images.Classes.ShouldBe(["p", "q"]);
        images.Labels.ShouldBe([0, 1, 1]);
    }

    [Fact]
    public void A_tilde_is_the_home_folder()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Touch("a/1.jpg");
        var fromHome = Path.Combine("~", Path.GetRelativePath(home, _folder.Path));
        LabelledImages.Load(fromHome).Paths.Count.ShouldBe(1);
        File.WriteAllText(_folder.File("list.txt"), $"{fromHome}/a/1.jpg 0");
        LabelledImages.Load(_folder.File("list.txt")).Paths.ShouldBe([_folder.File("a", "1.jpg")]);
    }

    [Fact]
    public void Errors_name_the_line()
    {
        Touch("a/1.jpg");
        File.WriteAllText(_folder.File("list.txt"), "a/1.jpg 0\na/2.jpg 0\n");
        Should.Throw<PfeException>(() => LabelledImages.Load(_folder.File("list.txt"))).Message.ShouldContain("list.txt(2)");
        File.WriteAllText(_folder.File("list.txt"), "a/1.jpg 0\na/1.jpg\n");
        Should.Throw<PfeException>(() => LabelledImages.Load(_folder.File("list.txt"))).Message.ShouldContain("no label at its end");
        File.WriteAllText(_folder.File("list.txt"), " \n");
        Should.Throw<PfeException>(() => LabelledImages.Load(_folder.File("list.txt"))).Message.ShouldContain("is empty");
        Should.Throw<PfeException>(() => LabelledImages.Load(_folder.File("nowhere"))).Message.ShouldContain("does not exist");
    }

    private void Touch(params string[] paths)
    {
        foreach (var path in paths) File.WriteAllText(_folder.File(path.Split('/')), "");
    }
}
