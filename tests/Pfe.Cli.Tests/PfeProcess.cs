using System.Diagnostics;
using Pfe.Train;

namespace Pfe.Cli.Tests;

/// <summary>The command as a process of its own: it can be killed, and given less than it needs.</summary>
internal sealed record PfeProcess(int Code, string Output, string Error, TimeSpan Time)
{
    /// <summary>The program; run with <c>dotnet</c>.</summary>
    public static string Program { get; } = typeof(TrainingApplication).Assembly.Location;

    /// <summary>Runs a command to its end.</summary>
    public static PfeProcess Run(params string[] arguments) => Run(null, arguments)!;

    /// <summary>Runs a command under another one: <c>prlimit --nofile=40</c>, <c>unshare --net</c>.</summary>
    public static PfeProcess Under(string command, params string[] arguments) => Under(command, null, arguments)!;

    /// <summary>The same, killed unless it ends before.</summary>
    /// <returns>Null where it was killed.</returns>
    public static PfeProcess? Under(string command, TimeSpan? killAfter, params string[] arguments)
    {
        var words = command.Split(' ');
        return Wait(new ProcessStartInfo(words[0], [.. words[1..], "dotnet", Program, .. arguments]), killAfter);
    }

    /// <summary>Runs another program that runs the command.</summary>
    public static PfeProcess Of(string program, params string[] arguments) => Wait(new ProcessStartInfo(program, arguments), null)!;

    /// <summary>Runs a command and kills it, children and all, unless it ends before.</summary>
    /// <returns>Null where it was killed.</returns>
    public static PfeProcess? Run(TimeSpan? killAfter, params string[] arguments) =>
        Wait(new ProcessStartInfo("dotnet", [Program, .. arguments]), killAfter);

    /// <summary>Whether a command is there to run others under.</summary>
    public static bool Has(string command) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, command)));

    private static PfeProcess? Wait(ProcessStartInfo start, TimeSpan? killAfter)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError, start.UseShellExecute) = (true, true, false);
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (killAfter is { } time && !process.WaitForExit(time))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return null;
        }
        process.WaitForExit();
        return new(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult(), clock.Elapsed);
    }
}
