using System.CommandLine;

namespace Pfe.Cli.Commands;

/// <summary>The protocols, one subcommand each.</summary>
internal static class EvalCommand
{
    public static Command Create(Terminal terminal) =>
        new("eval", "Measure on a protocol: pfe eval lfw --pairs pairs.txt --features lfw.safetensors")
    {
        EvalLfwCommand.Create(terminal),
        EvalIjbACommand.Create(terminal),
        EvalIjbCCommand.Create(terminal),
        EvalIjbCSearchCommand.Create(terminal),
        EvalInsightFaceIjbCommand.Create(terminal),
        EvalBinCommand.Create(terminal),
        EvalBlufrCommand.Create(terminal),
        EvalFolderCommand.Create(terminal),
    };
}
