using System.Diagnostics;

namespace Pfe.Cli.Tests;

/// <summary>The command itself, as a process, with an output that takes nothing: one line, exit code 1.</summary>
public sealed class ClosedOutputTests
{
    [Theory]
    [InlineData("> /dev/full", "--version")]
    [InlineData("> /dev/full", "--help")]
    [InlineData("> /dev/full", "models --json")]
    [InlineData("> /dev/full", "threshold --help")]
    [InlineData(">&-", "--version")]
    [InlineData(">&-", "models")]
    public void A_full_or_closed_output_is_one_line_and_exit_code_1(string where, string arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a shell and /dev/full are wanted");
        var (code, error) = Shell($"{arguments} {where}");
        code.ShouldBe(1, error);
        error.TrimEnd().Split('\n').ShouldHaveSingleItem().ShouldStartWith("error: cannot write to standard output: ");
    }

    [Fact]
    public void A_closed_standard_error_changes_nothing_but_what_is_said()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a shell is wanted");
        Shell("models --no-such-option 2>&-").Code.ShouldBe(2);
        Shell("--version > /dev/full 2> /dev/full").Code.ShouldBe(1);
    }

    private static (int Code, string Error) Shell(string command)
    {
        var program = typeof(PfeApplication).Assembly.Location;
        var start = new ProcessStartInfo("sh", ["-c", $"exec dotnet '{program}' {command}"])
        {
            RedirectStandardError =
            true, UseShellExecute = false
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
