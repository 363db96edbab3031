using System.CommandLine;
using Pfe.Cli;
using Pfe.Train.Commands;

namespace Pfe.Train;

/// <summary>The command line of <c>pfe</c> with the training commands in it.</summary>
internal static class TrainingApplication
{
    /// <summary>Runs one command line, as <see cref="PfeApplication.RunAsync"/> does.</summary>
    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation) =>
        PfeApplication.RunAsync(args, output, error, cancellation, Commands);

    /// <summary>All commands, training's among them.</summary>
    public static RootCommand Root(Terminal terminal) => PfeApplication.Root(terminal, Commands);

    private static IEnumerable<Command> Commands(Terminal terminal) =>
        [ConvertConfigCommand.Create(terminal), TrainCommand.Create(terminal)];
}
