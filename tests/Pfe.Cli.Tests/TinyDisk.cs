using System.Diagnostics;

namespace Pfe.Cli.Tests;

/// <summary>A disk of 64 KB, in memory; only root on Linux can mount one.</summary>
internal sealed class TinyDisk : IDisposable
{
    private const int Bytes = 64 * 1024;

    /// <summary>Mounts it, or skips the test and says why.</summary>
    public TinyDisk()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "a disk to fill is mounted by root on Linux");
        Path = Directory.CreateTempSubdirectory("pfe-disk-").FullName;
        if (Command("mount", "-t", "tmpfs", "-o", $"size={Bytes}", "pfe-test", Path) is not { } problem) return;
        Directory.Delete(Path);
        Assert.Skip($"no disk can be mounted here: {problem}");
    }

    public string Path { get; }

    /// <summary>The files on it, without those that <see cref="Fill"/> wrote.</summary>
    public IEnumerable<string> Files =>
        Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Where(path => System.IO.Path.GetFileName(path) != "ballast");

    /// <summary>Leaves no room.</summary>
    public void Fill() => File.WriteAllBytes(System.IO.Path.Combine(Path, "ballast"), new byte[Bytes]);

    /// <summary>Lets nothing be written any more.</summary>
    public void ReadOnly() => Command("mount", "-o", "remount,ro", Path).ShouldBeNull();

    public void Dispose()
    {
        Command("umount", Path).ShouldBeNull();
        Directory.Delete(Path);
    }

    private static string? Command(string name, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(name, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : said.Trim();
    }
}
