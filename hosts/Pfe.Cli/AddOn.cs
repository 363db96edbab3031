using System.CommandLine;
using System.Diagnostics;

namespace Pfe.Cli;

/// <summary>
/// Commands that live in a program of their own, because of what they bring along: half a gigabyte of native library for training, a web
/// server for the service. <c>pfe</c> hands their command lines on, in a child process with the same input and output.
/// </summary>
/// <param name="Program">The program's name.</param>
/// <param name="Variable">The environment variable that names its file.</param>
/// <param name="Project">Its project in a clone.</param>
/// <param name="What">What it is, in a sentence.</param>
/// <param name="Commands">Its commands.</param>
internal sealed record AddOn(
    string Program, string Variable, string Project, string What, IReadOnlyList<(string Name, string Description)> Commands)
{
    /// <summary>Training.</summary>
    public static AddOn Training { get; } = new("pfe-train", "PFE_TRAIN", "hosts/Pfe.Train", "training is",
    [
        ("convert-config", "Turn a Python configuration of the TensorFlow reference code into JSON (needs the training add-on)."),
        ("train", "Train the uncertainty head on a frozen base network (needs the training add-on)."),
    ]);

    /// <summary>The service.</summary>
    public static AddOn Service { get; } = new("pfe-server", "PFE_SERVER", "hosts/Pfe.Server", "the service is",
    [
        ("serve", "Run the service and its pages on this machine (needs the service add-on). Example: pfe serve"),
    ]);

    /// <summary>The add-on that a command line is for; null for none.</summary>
    /// <param name="args">The words behind <c>pfe</c>.</param>
    /// <param name="carriesTraining">Whether this process has the training commands itself.</param>
    public static AddOn? Of(string[] args, bool carriesTraining) =>
        args.FirstOrDefault(word => !word.StartsWith('-')) is not { } command ? null
        : !carriesTraining && Training.Has(command) ? Training
        : Service.Has(command) ? Service : null;

    /// <summary>What <c>pfe --help</c> lists of it.</summary>
    public IEnumerable<Command> Placeholders() => Commands.Select(entry => new Command(entry.Name, entry.Description));

    /// <summary>Runs the add-on with the same command line.</summary>
    /// <returns>The add-on's exit code; 1 where it is missing.</returns>
    public async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellation)
    {
        if (Find() is not { } file)
        {
            terminal.Say($"error: {What} an add-on that is not installed: publish it from a clone of Pfe (dotnet publish {Project} " +
                $"--output FOLDER), then put FOLDER on the PATH or name FOLDER/{FileName} in {Variable}");
            return ExitCode.Failure;
        }
        using var process = Process.Start(new ProcessStartInfo(file, args) { UseShellExecute = false })!;
        try
        {
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C reaches the child as well; it finishes what it took and says how it ended.
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        return process.ExitCode;
    }

    private string FileName => OperatingSystem.IsWindows() ? $"{Program}.exe" : Program;

    private bool Has(string command) => Commands.Any(entry => entry.Name == command);

    private string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named) return File.Exists(named) ? named : null;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Prepend(AppContext.BaseDirectory).Select(folder => Path.Combine(folder, FileName)).FirstOrDefault(File.Exists);
    }
}
