using Pfe.TestSupport;
using Pfe.Vision.Models;

namespace Pfe.Cli.Tests;

/// <summary>Machines that lack something: descriptors, a home, a network, a disk that can be written, the output for
/// oneself.</summary>
public sealed class ScarcityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(30)]
    [InlineData(40)]
    [InlineData(50)]
    [InlineData(60)]
    [InlineData(64)]
    [InlineData(80)]
    [InlineData(100)]
    public void Without_descriptors_the_run_ends_and_says_so(int descriptors)
    {
        Needs("prlimit");
        Pictures(40);
        var run = PfeProcess.Under($"prlimit --nofile={descriptors}", Embed(Out));
        if (run.Code == 0) return;
        run.Code.ShouldBe(1, run.Error);
        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith("embedded ", StringComparison.Ordinal)).ShouldHaveSingleItem()
            .ShouldStartWith("error: too many files are open at once");
        File.Exists(Out).ShouldBeFalse();
    }

    [Fact]
    public void Without_a_home_the_store_that_is_missing_is_said()
    {
        Needs("env");
        Pictures(1);
        var run = PfeProcess.Under("env -u HOME -u XDG_CACHE_HOME -u PFE_MODELS HOME=/nonexistent/home", Embed(Out));
        // Nothing is broken: the user has to name a folder.
        run.Code.ShouldBe(2, run.Error);
        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line.StartsWith("error: ", StringComparison.Ordinal))
            .ShouldBe(1, run.Error);
        run.Error.ShouldContain("PFE_MODELS");
        // What needs no model needs no home.
        PfeProcess.Under("env -u HOME -u XDG_CACHE_HOME HOME=/nonexistent/home", "--version").Code.ShouldBe(0);
    }

    [Fact]
    public async Task A_disk_that_cannot_be_written_is_one_line()
    {
        using var disk = new TinyDisk();
        disk.ReadOnly();
        Pictures(1);
        var output = Path.Combine(disk.Path, "e.safetensors");
        (await PfeCommand.Run(Embed(output))).ShouldFailInOneLine(1, output, "Read-only file system");
    }

    [Fact]
    public async Task Two_runs_do_not_write_one_output()
    {
        Pictures(1);
        Directory.CreateDirectory(Path.GetDirectoryName(Out)!);
        using var other = new FileStream(Out + ".part", FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        (await PfeCommand.Run(Embed(Out))).ShouldFailInOneLine(1, "e.safetensors.part", "used by another process");
    }

    [Fact]
    public void Without_a_network_everything_works_that_has_its_models()
    {
        Needs("unshare");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a network namespace is made by root");
        _ = DefaultModel.Load(new ModelStore());
        Pictures(3);
        var run = PfeProcess.Under("unshare --net", Embed(Out));
        run.Code.ShouldBe(0, run.Error);
    }

    [Fact]
    public void No_command_opens_a_socket_once_its_models_are_there()
    {
        Needs("strace");
        _ = DefaultModel.Load(new ModelStore());
        Pictures(3);
        var trace = _folder.File("trace");
        var run = PfeProcess.Under($"strace -f -qq -o {trace} -e trace=socket,connect,sendto", Embed(Out));
        run.Code.ShouldBe(0, run.Error);
        // .NET talks to its own signal handler through local sockets; none of another family may be there.
        File.ReadLines(trace).Where(line => line.Contains("AF_INET", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void ONNX_Runtime_leaves_nothing_in_the_users_folders()
    {
        Needs("env");
        var store = new ModelStore();
        _ = DefaultModel.Load(store);
        Pictures(3);
        var home = Directory.CreateDirectory(Path.Combine(_folder.Path, "home")).FullName;
        // What switches telemetry off elsewhere must not do it here: a continuous-integration run, the user's own setting.
        var run = PfeProcess.Under(
            $"env -u CI -u ORT_DISABLE_TELEMETRY HOME={home} XDG_CACHE_HOME={home}/cache PFE_MODELS={store.Folder}", Embed(Out));
        run.Code.ShouldBe(0, run.Error);
        Directory.GetFiles(home, "*onnxruntime*", SearchOption.AllDirectories).ShouldBeEmpty();
        Directory.GetFiles(home, "deviceid", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    private string Out => Path.Combine(_folder.Path, "out", "e.safetensors");

    private string[] Embed(string output) => ["embed", Path.Combine(_folder.Path, "in"), "--aligned", "--output", output];

    private void Pictures(int count)
    {
        for (var i = 0; i < count; i++) BadPictures.Noise(112, 112, i).Save(_folder.File("in", $"{i:00}.png"));
    }

    private static void Needs(string command) => Assert.SkipUnless(PfeProcess.Has(command), $"there is no {command} here");
}
