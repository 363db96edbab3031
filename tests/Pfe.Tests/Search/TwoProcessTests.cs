using System.Diagnostics;
using Pfe.Search;
using Pfe.Tests.Scoring;
using Pfe.TestSupport;

namespace Pfe.Tests.Search;

/// <summary>One process changes an index again and again while another opens and searches it.</summary>
public sealed class TwoProcessTests
{
    private const string Child = "PFE_TEST_INDEX_WRITER";
    private const string Opens = "PFE_TEST_OPENS";

    [Fact]
    public void An_index_that_another_process_changes_opens_whole_every_time() => OpenWhileAnotherWrites(1000);

    [Fact]
    public void An_index_that_another_process_changes_opens_whole_a_hundred_thousand_times()
    {
        var opens = Environment.GetEnvironmentVariable(Opens);
        Assert.SkipWhen(opens is null, $"takes minutes; {Opens}=100000 runs it");
        OpenWhileAnotherWrites(int.Parse(opens!));
    }

    /// <summary>The other process: adds, replaces, removes and compacts until its parent closes its input.</summary>
    [Fact]
    public void Writer()
    {
        var path = Environment.GetEnvironmentVariable(Child);
        Assert.SkipWhen(path is null, "this is the other process of the tests above");
        using var index = FileIndex.Open(path!, IndexAccess.Streamed);
        var faces = MemoryIndexTests.People(40, 16, 1);
        var stop = Task.Run(Console.In.ReadToEnd);
        for (var change = 0; !stop.IsCompleted; change++)
        {
            if (change % 50 == 49) index.Compact();
            else if (change % 7 == 6) index.Remove([faces[change % 40].Id]);
            else index.Upsert([faces[change % 40], faces[(change + 1) % 40]]);
        }
    }

    private static void OpenWhileAnotherWrites(int opens)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("faces.pfi");
        FileIndex.Create(path, 16);
        using var probes = RandomFaces.Create(1, 16, 2);
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Pfe.Tests.exe" : "Pfe.Tests"),
            ["-method", $"{typeof(TwoProcessTests).FullName}.{nameof(Writer)}"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { [Child] = path },
        };
        using var writer = Process.Start(start)!;
        var output = writer.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            using var reader = FileIndex.Open(path);
            var watch = Stopwatch.StartNew();
            while (reader.Version < 2 && !writer.HasExited && watch.Elapsed.TotalSeconds < 60) Thread.Sleep(10);
            // However slow the other process is, it changes the file while this one opens it.
            for (var open = 0; open < opens || reader.Version <= 2 && !writer.HasExited && watch.Elapsed.TotalSeconds < 120; open++)
            {
                using var index = FileIndex.Open(path, (IndexAccess)(open % 3));
                index.SearchPersons(probes[0]).Count.ShouldBeLessThanOrEqualTo(10);
                if (open % 10 == 0) reader.SearchFaces(probes[0]);
            }
            writer.HasExited.ShouldBeFalse();
            reader.Version.ShouldBeGreaterThan(2);
        }
        finally
        {
            writer.StandardInput.Close();
            writer.WaitForExit();
        }
        output.Result.ShouldContain("Failed: 0");
    }
}
