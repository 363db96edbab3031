using System.CommandLine;
using Pfe.Cli.Commands;
using Pfe.Cli.Commands.People;
using Pfe.Vision.Faces;

namespace Pfe.Cli;

/// <summary>The whole command line behind one call, so that tests drive exactly what a user types.</summary>
internal static class PfeApplication
{
    /// <summary>Runs one command line.</summary>
    /// <param name="args">The words behind <c>pfe</c>.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <param name="training">Makes the training commands where this process carries them; null where they are the add-on's.</param>
    /// <returns>0 done, 1 the work failed, 2 the request was wrong, 130 interrupted.</returns>
    public static async Task<int> RunAsync(
        string[] args, TextWriter output, TextWriter error, CancellationToken cancellation,
        Func<Terminal, IEnumerable<Command>>? training = null)
    {
        try
        {
            // Inside: with too few descriptors the terminal's own library cannot be opened.
            var terminal = new Terminal(output, error);
            args = ReferenceArguments.Rewrite(args, LandmarkList.IsOne);
            if (AddOn.Of(args, carriesTraining: training is not null) is { } addOn)
                return await addOn.RunAsync(args, terminal, cancellation).ConfigureAwait(false);
            var root = Root(terminal, training ?? (_ => AddOn.Training.Placeholders()));
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
            return Faults.Report(error.Say, e);
        }
    }

    /// <summary>All commands.</summary>
    public static RootCommand Root(Terminal terminal, Func<Terminal, IEnumerable<Command>> training)
    {
        var root = new RootCommand("Probabilistic face embeddings: every face a Gaussian, every comparison with its uncertainty.")
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
            ExplainCommand.Create(terminal),
            QualityCommand.Create(terminal),
            CalibrateCommand.Create(terminal),
            ThresholdCommand.Create(terminal),
            ReportCommand.Create(terminal),
            EvalCommand.Create(terminal),
            PairsCommand.Create(terminal),
            ReproduceCommand.Create(terminal),
            ExportCommand.Create(terminal),
            ImportTfCommand.Create(terminal),
            InspectCommand.Create(terminal),
            IndexCommand.Create(terminal),
            SearchCommand.Create(terminal),
            GalleryCommand.Create(terminal),
            BenchCommand.Create(terminal),
        };
        foreach (var command in training(terminal).Concat(AddOn.Service.Placeholders())) root.Subcommands.Add(command);
        return root;
    }
}
