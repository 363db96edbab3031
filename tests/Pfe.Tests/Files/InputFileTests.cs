using System.Text;
using Pfe.Storage;
using Pfe.TestSupport;

namespace Pfe.Tests.Files;

public sealed class InputFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Bytes_that_are_no_text_are_refused_with_their_place()
    {
        var path = _folder.File("list.txt");
        File.WriteAllBytes(path, [.. "a 1\nb 2\n"u8, 0xff, 0xfe, 0x80, .. " 3\n"u8]);
        Should.Throw<PfeException>(() => InputFile.Lines(path).ToList()).Message.ShouldContain("not UTF-8 text");
        Should.Throw<PfeException>(() => InputFile.Text(path)).Message.ShouldContain("not UTF-8 text");
        File.WriteAllText(path, "ä\r\nb", Encoding.Unicode);
        InputFile.Lines(path).ShouldBe([new(1, "ä"), new(2, "b")]);
    }

    [Fact]
    public void A_path_with_a_zero_a_missing_file_and_one_too_long_are_one_line()
    {
        Should.Throw<PfeException>(() => InputFile.Bytes("a\0b")).Message.ShouldStartWith("cannot read 'a?b'");
        Should.Throw<PfeException>(() => InputFile.Lines(_folder.File("none")).ToList()).Message.ShouldContain("none");
        File.WriteAllText(_folder.File("long"), "12345");
        Should.Throw<PfeException>(() => InputFile.Text(_folder.File("long"), most: 4)).Message.ShouldContain("at most 4");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    public void A_path_that_can_be_none_is_one_line_wherever_it_is_opened(string path)
    {
        Action[] opens =
        [
            () => InputFile.Bytes(path), () => InputFile.Text(path), () => _ = InputFile.Lines(path).ToList(),
            () => FileBytes.Load(path).Dispose(), () => Safetensors.Open(path).Dispose(), () => EmbeddingSet.Load(path).Dispose(),
        ];
        var shown = path.Replace('\0', '?');
        foreach (var open in opens)
            Should.Throw<PfeException>(open).Message.ShouldEndWith($"'{shown}': a path is not empty and holds no zero byte");
    }

    [Fact]
    public async Task A_pipe_is_read_to_its_end()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes among its files");
        var pipe = _folder.File("pipe");
        using (var make = System.Diagnostics.Process.Start("mkfifo", pipe)) await make.WaitForExitAsync();
        var sent = new byte[200_000];
        new Random(1).NextBytes(sent);
        var sending = Task.Run(() => File.WriteAllBytes(pipe, sent));
        InputFile.Bytes(pipe).ShouldBe(sent);
        await sending;
        sending = Task.Run(() => File.WriteAllText(pipe, "a\nb\n"));
        InputFile.Lines(pipe).Select(line => line.Text).ShouldBe(["a", "b"]);
        await sending;
    }

    [Fact]
    public void What_never_ends_is_not_read_for_ever()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "only systems with devices among their files");
        Should.Throw<PfeException>(() => InputFile.Bytes("/dev/zero", most: 1 << 20)).Message.ShouldBe(
            "cannot read '/dev/zero': it does not end within 1048576 bytes, more are not read");
        Should.Throw<PfeException>(() => InputFile.Lines("/dev/zero").ToList()).Message.ShouldBe(
            "cannot read '/dev/zero': a line is longer than 1048576 bytes");
        InputFile.Bytes("/dev/null").ShouldBeEmpty();
    }

    [Fact]
    public void A_line_may_be_long_and_a_file_of_lines_longer()
    {
        var (path, line) = (_folder.File("long.txt"), new string('x', 1_000_000));
        File.WriteAllLines(path, [line, "", line, "y"]);
        InputFile.Lines(path).Select(text => text.Text).ShouldBe([line, "", line, "y"]);
        File.WriteAllText(path, "a\n" + line + line);
        Should.Throw<PfeException>(() => InputFile.Lines(path).ToList()).Message.ShouldEndWith("a line is longer than 1048576 bytes");
    }

    [Fact]
    public void A_message_is_one_line_that_does_not_command_a_terminal()
    {
        var message = new PfeException("'a\r\nb\u001b[31m' is wrong" + new string('x', 10_000)).Message;
        message.ShouldStartWith("'a b?[31m' is wrong");
        message.Length.ShouldBeLessThan(5000);
    }

    [Theory]
    [InlineData("a/1.JPG", true)]
    [InlineData("a.jpg/1.txt", false)]
    [InlineData("._/1.png", true)]
    [InlineData("a/._1.jpg", false)]
    [InlineData(".1.jpg", true)]
    public void Pictures_are_told_by_their_names(string path, bool isPicture) => FolderWalk.IsPicture(path).ShouldBe(isPicture);

    [Fact]
    public void A_link_to_a_parent_folder_is_no_endless_tree()
    {
        File.WriteAllText(_folder.File("a", "1.jpg"), "");
        File.WriteAllText(_folder.File("b", "2.jpg"), "");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "a", "up"), _folder.Path);
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "b", "to-a"), Path.Combine(_folder.Path, "a"));
        FolderWalk.Files(_folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ShouldBe(["1.jpg", "2.jpg"]);
        // A link itself may be what is asked for.
        FolderWalk.Files(Path.Combine(_folder.Path, "b", "to-a")).Count().ShouldBe(2);
    }
}
