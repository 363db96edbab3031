namespace Pfe.Scoring.Blocks;

/// <summary>Runs of items over threads. Small work stays on the caller's thread.</summary>
internal static class Workers
{
    /// <summary>Calls <paramref name="work"/> for runs of at most <paramref name="run"/> items that together make 0 to
    /// <paramref name="count"/> - 1.</summary>
    /// <param name="count">Number of items.</param>
    /// <param name="run">Items in a run.</param>
    /// <param name="threads">At most so many threads; 0 for one per processor.</param>
    /// <param name="work">Does items first to end - 1.</param>
    /// <param name="cancellation">Stops the work between runs.</param>
    public static void Run(int count, int run, int threads, Action<int, int> work, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        var runs = (count + run - 1) / run;
        void Do(int at) => work(at * run, (int)Math.Min(count, (at + 1L) * run));
        if (threads == 1 || runs <= 1)
        {
            for (var at = 0; at < runs; at++)
            {
                cancellation.ThrowIfCancellationRequested();
                Do(at);
            }
            return;
        }
        try
        {
            Parallel.For(0, runs, new ParallelOptions
            {
                MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads,
                CancellationToken = cancellation
            }, Do);
        }
        catch (AggregateException e) when (e.InnerExceptions.Any(inner => inner is PfeException or OperationCanceledException))
        {
            // The caller knows these; which thread met them does not matter.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(
                e.InnerExceptions.First(inner => inner is PfeException or OperationCanceledException));
        }
    }
}
