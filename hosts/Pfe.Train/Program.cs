using Pfe.Cli;
using Pfe.Train;

return await TrainingApplication.RunAsync(args, new GuardedWriter(() => Console.Out), Console.Error, CancellationToken.None)
    .ConfigureAwait(false);
