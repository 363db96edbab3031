using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

/// <summary>A disk that is full: one line that says so, exit code 1, and no half of a file.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Embed_on_a_disk_that_is_full_or_becomes_so_leaves_no_output(bool full)
    {
        using var disk = new TinyDisk();
        if (full) disk.Fill();
        for (var i = 0; i < 24; i++) BadPictures.Noise(112, 112, i).Save(_folder.File("in", $"{i}.png"));
        var run = await PfeCommand.Run(
            "embed", Path.Combine(_folder.Path, "in"), "--aligned", "--output", Path.Combine(disk.Path, "e.safetensors"));
        run.ShouldFailInOneLine(1, disk.Path, "No space left on device");
        if (full) disk.Files.ShouldBeEmpty();
        // The rows that were computed may stay for the next run; the output and its temporary file may not.
        disk.Files.ShouldAllBe(path => path.EndsWith(".part", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Align_and_detect_leave_nothing_on_a_full_disk()
    {
        using var disk = new TinyDisk();
        disk.Fill();
        BadPictures.Faces(1).Save(_folder.File("in", "face.png"));
        (await PfeCommand.Run("align", Path.Combine(_folder.Path, "in"), "--output", Path.Combine(disk.Path, "faces")))
            .ShouldFailInOneLine(1, "face.png", "No space left on device");
        (await PfeCommand.Run("detect", Path.Combine(_folder.Path, "in"), "--output", Path.Combine(disk.Path, "list.txt")))
            .ShouldFailInOneLine(1, "list.txt", "No space left on device");
        disk.Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task Train_on_a_full_disk_leaves_no_run_folder()
    {
        using var disk = new TinyDisk();
        disk.Fill();
        var run = await PfeCommand.Run("train", DrawnPeople.Configuration(_folder, Path.Combine(disk.Path, "log")));
        run.Code.ShouldBe(1, run.Error);
        Errors(run).ShouldHaveSingleItem().ShouldContain("No space left on device");
        disk.Files.ShouldBeEmpty();
        if (Directory.Exists(Path.Combine(disk.Path, "log", "x")))
            Directory.GetDirectories(Path.Combine(disk.Path, "log", "x")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Train_on_a_disk_that_becomes_full_leaves_neither_checkpoint_nor_model()
    {
        using var disk = new TinyDisk();
        var run = await PfeCommand.Run("train", DrawnPeople.Configuration(_folder, Path.Combine(disk.Path, "log")));
        run.Code.ShouldBe(1, run.Error);
        var error = Errors(run).ShouldHaveSingleItem();
        error.ShouldContain("checkpoint-00000002.safetensors");
        error.ShouldContain("No space left on device");
        disk.Files.Select(path => Path.GetExtension(path)).ShouldBeSubsetOf([".json", ".csv", ".pfe"]);
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> Errors(PfeCommand run) =>
        run.Error.Split('\n').Where(
            line => line.StartsWith("error: ", StringComparison.Ordinal) || line.Contains("   at ", StringComparison.Ordinal));
}
