using System.Diagnostics;

namespace Pfe.Repository.Tests;

/// <summary>A program of the system, to its end.</summary>
internal static class Tool
{
    /// <summary>Runs it.</summary>
    /// <returns>Its exit code, and what it said on both outputs.</returns>
    public static (int Code, string Said) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said + errors.Result);
    }
}
