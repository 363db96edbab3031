using System.Diagnostics;
using Pfe.Storage;
using Pfe.TestSupport;

namespace Pfe.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_link_stays_a_link_and_its_target_gets_the_content()
    {
        var (target, link) = (_folder.File("there", "target.txt"), _folder.File("link.txt"));
        File.WriteAllText(target, "old");
        File.CreateSymbolicLink(link, target);
        AtomicFile.WriteText(link, "new");
        File.ReadAllText(target).ShouldBe("new");
        File.ResolveLinkTarget(link, returnFinalTarget: false)!.FullName.ShouldBe(target);
        var dangling = _folder.File("dangling.txt");
        File.CreateSymbolicLink(dangling, _folder.File("there", "later.txt"));
        AtomicFile.WriteText(dangling, "come");
        File.ReadAllText(_folder.File("there", "later.txt")).ShouldBe("come");
    }

    [Fact]
    public async Task A_pipe_gets_the_content_and_stays_a_pipe()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no named pipes in folders");
        var pipe = _folder.File("pipe");
        using (var make = Process.Start("mkfifo", pipe)) make.WaitForExit();
        var read = Task.Run(() => File.ReadAllText(pipe));
        AtomicFile.WriteText(pipe, "through");
        (await read).ShouldBe("through");
        // Safetensors asks the stream where it is, and goes back where it can.
        var bytes = Task.Run(() => File.ReadAllBytes(pipe));
        Safetensors.Write(pipe, [new("x", "U8", [3], stream => stream.Write([1, 2, 3]))]);
        File.WriteAllBytes(_folder.File("copy.safetensors"), await bytes);
        using var copy = Safetensors.Open(_folder.File("copy.safetensors"));
        copy.Values<byte>("x").ToArray().ShouldBe([1, 2, 3]);
        Directory.GetFiles(_folder.Path, "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public void A_device_is_written_to_and_stays_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "devices of Linux");
        AtomicFile.WriteText("/dev/null", "nothing");
        PathKinds.Of("/dev/null").ShouldBe(PathKind.Other);
        Should.Throw<PfeException>(() => AtomicFile.WriteText("/dev/full", new string('x', 100))).Message.ShouldContain("No space left");
    }

    [Fact]
    public void A_name_as_long_as_the_file_system_takes_is_written()
    {
        var path = Path.Combine(_folder.Path, string.Concat(Enumerable.Repeat("顔写", 41)) + "123.png");
        AtomicFile.WriteText(path, "x");
        File.Exists(path).ShouldBeTrue();
        Should.Throw<PfeException>(() => AtomicFile.WriteText(path + "longer", "x")).Message.ShouldContain("cannot write");
    }

    [Fact]
    public void What_a_killed_process_left_is_removed_and_what_another_one_writes_is_not()
    {
        var abandoned = _folder.File(".pfe-0123456789ab.tmp");
        var older = _folder.File("index.pfi.4242.0123456789abcdef0123456789abcdef.tmp");
        var (users, live) = (_folder.File("mine.tmp"), _folder.File(".pfe-ba9876543210.tmp"));
        foreach (var path in new[] { abandoned, older, users, live }) File.WriteAllText(path, "");
        using (new FileStream(live, FileMode.Open, FileAccess.ReadWrite, FileShare.Delete)) AtomicFile.WriteText(_folder.File("out.txt"),
            "x");
        Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal).ShouldBe(
            new[] { live, users, _folder.File("out.txt") }.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_failure_leaves_the_old_file_and_nothing_else()
    {
        var path = _folder.File("out.txt");
        AtomicFile.WriteText(path, "old");
        Should.Throw<InvalidTimeZoneException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidTimeZoneException();
        }));
        File.ReadAllText(path).ShouldBe("old");
        Directory.GetFiles(_folder.Path).ShouldBe([path]);
    }

    [Fact]
    public void A_file_that_is_replaced_keeps_its_permissions()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "permissions of Unix");
        if (OperatingSystem.IsWindows()) return;
        var path = _folder.File("secret.txt");
        File.WriteAllText(path, "old");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        AtomicFile.WriteText(path, "new");
        File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_path_with_a_zero_and_a_folder_are_refused_in_one_line()
    {
        Should.Throw<PfeException>(() => AtomicFile.WriteText("a\0b", "x")).Message.ShouldStartWith("cannot write 'a?b'");
        Should.Throw<PfeException>(() => AtomicFile.WriteText(_folder.Path, "x")).Message.ShouldContain("it is a folder");
    }
}
