using System.Diagnostics;

namespace Pfe.Fuzz;

/// <summary>Feeds a reader damaged files. Every one must be read or refused with a <see cref="PfeException"/> of one line, in 5 s and 256
/// MB.</summary>
internal static class FuzzRun
{
    private const long MostBytes = 256L << 20;

    // As small as the threads that a service works on.
    private const int StackBytes = 1 << 20;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5), Hang = TimeSpan.FromSeconds(30);

    /// <summary>The number of files each reader is fed in the normal run.</summary>
    public static int Cases => int.TryParse(Environment.GetEnvironmentVariable("PFE_FUZZ_CASES"), out var cases) ? cases : 2000;

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("PFE_FUZZ_SEED"), out var seed) ? seed : 1;

    /// <summary>Runs a target; what fails is written into a folder, for a test of its own.</summary>
    /// <param name="target">The reader.</param>
    /// <param name="cases">How many files.</param>
    /// <param name="failures">The folder for what fails.</param>
    /// <returns>One line a failure, at most one of a kind.</returns>
    public static IReadOnlyList<string> Run(FuzzTarget target, int cases, string failures)
    {
        var (found, current, started) = (new Dictionary<string, string>(StringComparer.Ordinal), Array.Empty<byte>(), Stopwatch.StartNew());
        var done = new ManualResetEventSlim();
        Exception? broken = null;
        var worker = new Thread(() =>
        {
            try
            {
                var random = new Random(Seed);
                var mutator = new Mutator(random);
                foreach (var seed in target.Seeds) target.Read(seed);
                for (var i = 0; i < cases; i++)
                {
                    current = mutator.Next(target.Seeds);
                    if (target.Repair is not null && random.Next(2) == 0) current = target.Repair(current);
                    started.Restart();
                    if (Problem(target, current) is { } problem && found.TryAdd(problem.Kind, ""))
                        found[problem.Kind] = Keep(target, current, problem.Text, failures);
                }
            }
            catch (Exception e) { broken = e; }
            done.Set();
        }, StackBytes)
        { IsBackground = true };
        worker.Start();
        while (!done.Wait(TimeSpan.FromSeconds(1)))
        {
            if (started.Elapsed <= Hang) continue;
            found["hang"] = Keep(target, current, $"no end after {Hang.TotalSeconds:0} s", failures);
            break;
        }
        if (broken is not null) throw new InvalidOperationException($"a sound file cannot be read, or a repair fails: {broken.Message}",
            broken);
        return [.. found.Values];
    }

    /// <summary>What is wrong with how a reader takes a file, or null.</summary>
    public static (string Kind, string Text)? Problem(FuzzTarget target, byte[] file)
    {
        var (clock, before) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
        try
        {
            target.Read(file);
        }
        catch (PfeException e)
        {
            if (e.Message.Contains('\n', StringComparison.Ordinal)) return ("lines", $"a message of several lines: {e.Message}");
        }
        catch (Exception e)
        {
            var place = e.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains(" Pfe.", StringComparison.Ordinal)) ?? "";
            return ($"{e.GetType().Name} {place}", $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")} {place.Trim()}");
        }
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        if (bytes > MostBytes) return ("memory", $"{bytes >> 20} MB for a file of {file.Length} bytes");
        return clock.Elapsed > Longest ? ("time", $"{clock.Elapsed.TotalSeconds:0.0} s for a file of {file.Length} bytes") : null;
    }

    private static string Keep(FuzzTarget target, byte[] file, string text, string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{target.Name.Replace(' ', '-')}-{Guid.NewGuid().ToString("N")[..8]}.bin");
        File.WriteAllBytes(path, file);
        return $"{text} ({path})";
    }
}
