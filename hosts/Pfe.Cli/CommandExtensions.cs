using System.CommandLine;
using System.CommandLine.Parsing;

namespace Pfe.Cli;

internal static class CommandExtensions
{
    /// <summary>
    /// Gives the command its work. Failures become one line on standard error and the right exit code; Ctrl-C becomes 130.
    /// </summary>
    public static Command Does(this Command command, Terminal terminal, Func<ParseResult, CancellationToken, Task<int>> work)
    {
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                return await work(parsed, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                terminal.Say("interrupted");
                return ExitCode.Interrupted;
            }
            catch (Exception e)
            {
                return Faults.Report(terminal, e);
            }
        });
        return command;
    }

    /// <summary>The same for work that runs synchronously and either succeeds or throws.</summary>
    public static Command Does(this Command command, Terminal terminal, Action<ParseResult, CancellationToken> work) =>
        command.Does(terminal, async (parsed, cancellation) =>
        {
            await Task.Run(() => work(parsed, cancellation), cancellation).ConfigureAwait(false);
            return ExitCode.Done;
        });

    /// <summary>The words that lead to a command: <c>pfe eval lfw</c>.</summary>
    public static string Path(this CommandResult result)
    {
        var words = new Stack<string>();
        for (SymbolResult? at = result; at is CommandResult level; at = at.Parent)
            words.Push(level.Parent is null ? "pfe" : level.Command.Name);
        return string.Join(' ', words);
    }
}
