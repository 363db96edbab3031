using System.Runtime.ExceptionServices;

namespace Pfe.Vision.Faces;

/// <summary>Work on many images at once, whose first failure comes out as itself: one line for the user, not a bundle of them.</summary>
internal static class ParallelImages
{
    /// <param name="items">What to work on.</param>
    /// <param name="workers">How many at the same time; 0 for one a core.</param>
    /// <param name="worker">Makes what one worker keeps between items (buffers).</param>
    /// <param name="work">The work on one item.</param>
    /// <param name="cancellation">Stops between items.</param>
    public static void ForEach<TItem, TWorker>(
        IEnumerable<TItem> items, int workers, Func<TWorker> worker, Action<TItem, TWorker> work, CancellationToken cancellation)
    {
        var options = new ParallelOptions
        {
            CancellationToken = cancellation,
            MaxDegreeOfParallelism = workers > 0 ? workers : Environment.ProcessorCount
        };
        try
        {
            Parallel.ForEach(items, options, worker, (item, _, own) =>
            {
                work(item, own);
                return own;
            }, _ => { });
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions.FirstOrDefault(inner => inner is PfeException) ?? e.InnerExceptions[0]);
        }
    }

    /// <inheritdoc cref="ForEach"/>
    public static void For(int count, int workers, Action<int> work, CancellationToken cancellation) =>
        ForEach(Enumerable.Range(0, count), workers, () => 0, (i, _) => work(i), cancellation);
}
