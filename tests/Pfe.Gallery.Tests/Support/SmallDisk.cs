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
        // Somebody may write meanwhile: what does not fit is tried by half.
        for (var (file, share) = (0, 1.0); share > 1e-3;)
        {
            var free = new DriveInfo(Path).AvailableFreeSpace - 200_000;
            if (free <= 0) return;
            if (Command("fallocate", "-l", $"{Math.Max(1, (long)(free * share))}", $"{Ballast}{file++}") is not null) share /= 2;
        }
    }

    public void Empty()
    {
        foreach (var file in Directory.GetFiles(Path, "ballast*")) File.Delete(file);
    }

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
