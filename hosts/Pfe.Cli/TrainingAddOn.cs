using System.CommandLine;
using System.Diagnostics;

namespace Pfe.Cli;

/// <summary>
/// Training brings half a gigabyte of native library, so its commands live in a program of their own, <c>pfe-train</c>; <c>pfe</c> hands
/// their command lines on to it, in a child process with the same input and output.
/// </summary>
internal static class TrainingAddOn
{
    /// <summary>The environment variable that names the add-on's program.</summary>
    public const string Variable = "PFE_TRAIN";

    private static readonly (string Name, string Description)[] Commands =
    [
        ("convert-config", "Turn a Python configuration of the TensorFlow reference code into JSON (needs the training add-on)."),
        ("train", "Train the uncertainty head on a frozen base network (needs the training add-on)."),
    ];

    /// <summary>Whether a command line is for the add-on.</summary>
    public static bool Owns(string[] args) =>
        args.FirstOrDefault(word => !word.StartsWith('-')) is { } command && Commands.Any(entry => entry.Name == command);

    /// <summary>What <c>pfe --help</c> lists of it.</summary>
    public static IEnumerable<Command> Placeholders() => Commands.Select(entry => new Command(entry.Name, entry.Description));

    /// <summary>Runs the add-on with the same command line.</summary>
    /// <returns>The add-on's exit code; 1 where it is missing.</returns>
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellation)
    {
        if (Find() is not { } program)
        {
            terminal.Say("error: training is an add-on that is not installed: publish it from a clone of Pfe (dotnet publish " +
                $"hosts/Pfe.Train --output FOLDER), then put FOLDER on the PATH or name FOLDER/{FileName} in {Variable}");
            return ExitCode.Failure;
        }
        using var process = Process.Start(new ProcessStartInfo(program, args) { UseShellExecute = false })!;
        try
        {
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C reaches the child as well; it writes its last checkpoint and says how it ended.
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        return process.ExitCode;
    }

    private static string FileName => OperatingSystem.IsWindows() ? "pfe-train.exe" : "pfe-train";

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named) return File.Exists(named) ? named : null;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Prepend(AppContext.BaseDirectory).Select(folder => Path.Combine(folder, FileName)).FirstOrDefault(File.Exists);
    }
}
