using Pfe.Vision.Models;

namespace Pfe.Cli.Tests;

/// <summary>Colours are for a terminal; a pipe and a file get text.</summary>
public sealed class TerminalTests
{
    private const char Escape = '\u001b';
    private static readonly string Group = new ModelStore().Get("sample1");

    [Fact]
    public void A_pipe_gets_no_colours()
    {
        Assert.SkipUnless(PfeProcess.Has("env"), "env sets the kind of terminal");
        var run = PfeProcess.Under("env TERM=xterm-256color", "compare", Group, Group, "--main-face");
        run.Code.ShouldBe(0, run.Error);
        run.Output.ShouldContain("same person");
        run.Output.ShouldNotContain(Escape);
    }

    [Fact]
    public void A_terminal_gets_colours_unless_the_user_wants_none()
    {
        Assert.SkipUnless(PfeProcess.Has("script"), "script makes a terminal");
        OnTerminal("TERM=xterm-256color").ShouldContain(Escape);
        OnTerminal("TERM=xterm-256color NO_COLOR=1").ShouldNotContain($"{Escape}[38;");
    }

    private static string OnTerminal(string variables)
    {
        var run = PfeProcess.Of("script", "-qec",
            $"env -u NO_COLOR {variables} dotnet '{PfeProcess.Program}' compare '{Group}' '{Group}' --main-face", "/dev/null");
        run.Code.ShouldBe(0, run.Output);
        run.Output.ShouldContain("same person");
        return run.Output;
    }
}
