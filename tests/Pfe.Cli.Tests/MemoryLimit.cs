using System.Globalization;

namespace Pfe.Cli.Tests;

/// <summary>A control group that may have so much memory; only root on Linux can make one.</summary>
internal sealed class MemoryLimit : IDisposable
{
    private const string First = "/sys/fs/cgroup/memory", Second = "/sys/fs/cgroup";
    private readonly bool _isFirst = Directory.Exists(First);
    private readonly string _folder;

    /// <summary>Makes it, or skips the test and says why.</summary>
    /// <param name="megabytes">Memory of all its processes together; none of it is swapped out.</param>
    public MemoryLimit(int megabytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "memory is limited by root on Linux");
        _folder = Path.Combine(_isFirst ? First : Second, $"pfe-{Guid.NewGuid().ToString("N")[..8]}");
        try
        {
            Directory.CreateDirectory(_folder);
            var bytes = $"{(long)megabytes << 20}";
            File.WriteAllText(Path.Combine(_folder, _isFirst ? "memory.limit_in_bytes" : "memory.max"), bytes);
            // Where swapping is not accounted for there is no such file.
            var (swap, most) = _isFirst ? ("memory.memsw.limit_in_bytes", bytes) : ("memory.swap.max", "0");
            if (File.Exists(Path.Combine(_folder, swap))) File.WriteAllText(Path.Combine(_folder, swap), most);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove();
            Assert.Skip($"memory cannot be limited here: {e.Message}");
        }
    }

    /// <summary>Most memory that its processes had at one time, files' pages included, in MB.</summary>
    public long PeakMegabytes => _isFirst ? Number("memory.max_usage_in_bytes") >> 20
        : File.Exists(Path.Combine(_folder, "memory.peak")) ? Number("memory.peak") >> 20 : 0;

    /// <summary>Whether the kernel ended a process for want of memory.</summary>
    public bool HasKilled => File.ReadLines(Path.Combine(_folder, _isFirst ? "memory.oom_control" : "memory.events"))
        .Any(line => line.StartsWith("oom_kill ", StringComparison.Ordinal) && line != "oom_kill 0");

    /// <summary>Runs the command in it.</summary>
    public PfeProcess Run(params string[] arguments) => PfeProcess.Of("sh",
        ["-c", $"echo $$ > {_folder}/cgroup.procs && exec dotnet \"$@\"", "sh", PfeProcess.Program, .. arguments]);

    public void Dispose() => Remove();

    private long Number(string file) => long.Parse(File.ReadAllText(Path.Combine(_folder, file)), CultureInfo.InvariantCulture);

    private void Remove()
    {
        // Its files are the kernel's and go with it; a process that has just ended may still be counted.
        for (var attempt = 0; Directory.Exists(_folder) && attempt < 50; attempt++)
        {
            try { Directory.Delete(_folder); }
            catch (IOException) { Thread.Sleep(20); }
        }
    }
}
