using System.Diagnostics;

namespace Pfe.ServiceLoad;

/// <summary>Many requests, and what the service holds meanwhile.</summary>
internal static class SteadyRun
{
    private const int Steps = 20;

    /// <summary>Sends requests in turn to each path; says after every twentieth of them what the service holds.</summary>
    public static async Task RunAsync(
        Server server, Service service, IReadOnlyList<string> paths, int requests, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        Console.WriteLine("requests,seconds,put off,resident MB,descriptors");
        var (sent, putOff) = (0, 0);
        await SayAsync();
        for (var step = 1; step <= Steps; step++)
        {
            var until = (long)requests * step / Steps;
            var callers = Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(async _ =>
            {
                for (int n; (n = Interlocked.Increment(ref sent)) <= until;)
                {
                    while (!await service.AskAsync(paths[n % paths.Count], cancellation))
                    {
                        Interlocked.Increment(ref putOff);
                        await Task.Delay(50, cancellation);
                    }
                }
                Interlocked.Decrement(ref sent);
            });
            await Task.WhenAll(callers);
            await SayAsync();
        }

        Task SayAsync() => Console.Out.WriteLineAsync(
            $"{sent},{watch.Elapsed.TotalSeconds:0},{putOff},{server.ResidentMegabytes:0.0},{server.Descriptors}");
    }
}
