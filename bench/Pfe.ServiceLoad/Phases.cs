namespace Pfe.ServiceLoad;

/// <summary>How much the service does, how long it takes at less than that, and what it puts off at more.</summary>
internal static class Phases
{
    public static async Task RunAsync(
        Server server, Service service, Library library, IReadOnlyList<(string Name, string Path)> operations, TimeSpan time)
    {
        var cores = Environment.ProcessorCount;
        Console.WriteLine($"{cores} cores, {time.TotalSeconds:0} s a phase; a photograph of {library.Runs.Faces} face(s) takes " +
            $"{library.Runs.Detector} run(s) of the detector and {library.Runs.Landmarks} of the landmark network");
        Console.WriteLine($"session.Run alone, one worker a core: {library.Bare:0.0} photographs/s; " +
            $"library with decoding and warps {library.Whole:0.0}, {library.Whole / library.Bare:0 %}");
        foreach (var (name, path) in operations)
        {
            await service.ClosedAsync(path, 2, TimeSpan.FromSeconds(2));
            var memory = server.ResidentMegabytes;
            var best = 0.0;
            foreach (var callers in new[] { cores, 2 * cores, 4 * cores })
            {
                var before = server.Processor;
                var full = await service.ClosedAsync(path, callers, time);
                var rate = full.Answered / full.Seconds;
                best = Math.Max(best, rate);
                Console.WriteLine($"{name}, {callers} callers: {rate:0.0}/s, {rate / library.Bare:0 %} of session.Run, " +
                    $"{rate / library.Whole:0 %} of the library; {(server.Processor - before) / full.Answered:s'.'ffff} s of processor " +
                    $"each in the service; {full}");
            }
            foreach (var share in new[] { 0.5, 0.9 })
                Console.WriteLine($"{name} at {share:0 %}: {await service.OpenAsync(path, share * best, time)}");
            var overload = await service.OpenAsync(path, 3 * best, time);
            Console.WriteLine($"{name} at 300 %: {overload.Answered / overload.Seconds:0.0}/s; {overload}; sent {overload.Sent}, " +
                $"lost {overload.Sent - overload.Answered - overload.PutOff}");
            Console.WriteLine($"{name}: resident {memory:0} MB before, {server.ResidentMegabytes:0} MB after");
        }
    }
}
