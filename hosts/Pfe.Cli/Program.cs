using Pfe.Cli;

return await PfeApplication.RunAsync(args, new GuardedWriter(() => Console.Out), Console.Error, CancellationToken.None)
    .ConfigureAwait(false);
