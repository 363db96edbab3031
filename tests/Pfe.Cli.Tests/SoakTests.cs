using System.Diagnostics;
using Pfe.TestSupport;

namespace Pfe.Cli.Tests;

/// <summary>
/// Hours of the same work in one process: embed, compare, append, search, remove. Memory and descriptors stay as they are. Explicit, as it
/// takes as long as one says: <c>PFE_SOAK_MINUTES=120 dotnet test --project tests/Pfe.Cli.Tests/Pfe.Cli.Tests.csproj -- --filter-class
/// '*SoakTests'</c>.
/// </summary>
public sealed class SoakTests : IDisposable
{
    private static readonly TimeSpan Warm = TimeSpan.FromMinutes(1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Memory_and_descriptors_stay_as_they_are()
    {
        _ = double.TryParse(Environment.GetEnvironmentVariable("PFE_SOAK_MINUTES"), out var minutes);
        Assert.SkipUnless(minutes > 0, "PFE_SOAK_MINUTES says for how long");
        for (var i = 0; i < 8; i++) BadPictures.Noise(112, 112, i).Save(_folder.File("in", $"{i}.png"));
        BadPictures.Faces(1).Save(_folder.File("face.png"));
        var (faces, index) = (_folder.File("faces.safetensors"), _folder.File("people.pfi"));
        string[] embed = ["embed", Path.Combine(_folder.Path, "in"), "--aligned", "--output", faces];
        await Ended(embed);
        await Ended("index", "build", index, faces);
        var (clock, rounds, log) = (Stopwatch.StartNew(), 0, new List<(double Minutes, double Megabytes, int Descriptors)>());
        while (clock.Elapsed.TotalMinutes < minutes)
        {
            await Ended(embed);
            await Ended("compare", _folder.File("face.png"), _folder.File("face.png"));
            await Ended("search", "--index", index, "--probe", faces, "--k", "3");
            await Ended("index", "add", index, faces, "--replace");
            rounds++;
            if (clock.Elapsed > Warm) log.Add((clock.Elapsed.TotalMinutes, Resident(), Descriptors()));
        }
        log.Count.ShouldBeGreaterThan(20, "more time is needed to tell");
        // The first and the last tenth: what grows does so all the time.
        var tenth = Math.Max(1, log.Count / 10);
        var (before, after) = (log.Take(tenth).Average(point => point.Megabytes), log.TakeLast(tenth).Average(point => point.Megabytes));
        var (first, last) = (log.Take(tenth).Max(point => point.Descriptors), log.TakeLast(tenth).Max(point => point.Descriptors));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{rounds} rounds in {clock.Elapsed.TotalMinutes:0} minutes: {before:0} MB, {first} descriptors at first; {after:0} MB, " +
                $"{last} at last");
        after.ShouldBeLessThan(1.1 * before + 50);
        last.ShouldBeLessThanOrEqualTo(first + 8);
    }

    private static async Task Ended(params string[] command)
    {
        var run = await PfeCommand.Run(command);
        run.Code.ShouldBe(0, run.Error);
    }

    private static double Resident()
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / 1e6;
    }

    private static int Descriptors() => OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : 0;
}
