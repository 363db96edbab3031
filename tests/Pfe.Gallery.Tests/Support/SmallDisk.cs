using System.Diagnostics;

namespace Pfe.Gallery.Tests.Support;

/// <summary>A small disk in memory; only root on Linux can mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    public SmallDisk(long bytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "a disk to fill is mounted by root on Linux");
        Path = Directory.CreateTempSubdirectory("pfe-disk-").FullName;
        if (Command("mount", "-t", "tmpfs", "-o", $"size={bytes}", "pfe-test", Path) is not { } problem) return;
        Directory.Delete(Path);
        Assert.Skip($"no disk can be mounted here: {problem}");
    }

    public string Path { get; }

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Leaves room for a few pages.</summary>
    public void Fill()
    {
        var free = new DriveInfo(Path).AvailableFreeSpace - 200_000;
        if (free > 0) Command("fallocate", "-l", $"{free}", Ballast).ShouldBeNull();
    }

    public void Empty() => File.Delete(Ballast);

    public void Remount(string mode) => Command("mount", "-o", $"remount,{mode}", Path).ShouldBeNull();

    public void Dispose()
    {
        Command("umount", "-l", Path).ShouldBeNull();
        Directory.Delete(Path);
    }

    private static string? Command(string name, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(name, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : said.Trim();
    }
}
