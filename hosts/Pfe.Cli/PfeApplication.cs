using System.CommandLine;
using Pfe.Cli.Commands;

namespace Pfe.Cli;

/// <summary>The whole command line behind one call, so that tests drive exactly what a user types.</summary>
internal static class PfeApplication
{
    /// <summary>Runs one command line.</summary>
    /// <returns>0 done, 1 the work failed, 2 the request was wrong, 130 interrupted.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        var terminal = new Terminal(output, error);
        try
        {
            var root = Root(terminal);
            NumberParsing.Apply(root);
            var parsed = root.Parse(args);
            if (parsed.Errors.Count > 0)
            {
                foreach (var problem in parsed.Errors) terminal.Say($"error: {problem.Message.ReplaceLineEndings(" ")}");
                terminal.Say($"help:  {parsed.CommandResult.Path()} --help");
                return ExitCode.Usage;
            }
            var configuration = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false };
            return await parsed.InvokeAsync(configuration, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Help and version are written outside of any command's own guard.
            return Faults.Report(terminal, e);
        }
    }

    internal static RootCommand Root(Terminal terminal) =>
        new("Probabilistic face embeddings: every face a Gaussian, every comparison with its uncertainty.")
    {
        CommonOptions.Json,
        // One line a command, in the order of the work.
        DemoCommand.Create(terminal),
        CompareCommand.Create(terminal),
        ModelsCommand.Create(terminal),
        DetectCommand.Create(terminal),
        AlignCommand.Create(terminal),
        CropIjbaCommand.Create(terminal),
        EmbedCommand.Create(terminal),
        ConvertConfigCommand.Create(terminal),
        ExplainCommand.Create(terminal),
        QualityCommand.Create(terminal),
        CalibrateCommand.Create(terminal),
        ThresholdCommand.Create(terminal),
        ReportCommand.Create(terminal),
        TrainCommand.Create(terminal),
        EvalCommand.Create(terminal),
        ExportCommand.Create(terminal),
        ImportTfCommand.Create(terminal),
        InspectCommand.Create(terminal),
        IndexCommand.Create(terminal),
        SearchCommand.Create(terminal),
        BenchCommand.Create(terminal),
    };
}
