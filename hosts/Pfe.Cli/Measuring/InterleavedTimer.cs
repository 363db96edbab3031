using System.Diagnostics;

namespace Pfe.Cli.Measuring;

/// <summary>
/// Times several ways to do a thing in turn, round after round, so that whatever else the machine does falls on all of them alike.
/// The median of the rounds counts.
/// </summary>
/// <param name="rounds">How many count.</param>
/// <param name="cancellation">Stops the measurement.</param>
/// <param name="warmUp">Rounds before that do not.</param>
/// <param name="twice">Each is done once untimed before it is timed, so that the one before it has no say: a processor it left idle takes
/// milliseconds to come back.</param>
internal sealed class InterleavedTimer(int rounds, CancellationToken cancellation, int warmUp = 2, bool twice = false)
{
    private readonly List<(Action Work, List<double> Seconds)> _contestants = [];

    public int Add(Action work)
    {
        _contestants.Add((work, []));
        return _contestants.Count - 1;
    }

    /// <summary>Runs everything a few times to warm up, then all rounds.</summary>
    public void Run()
    {
        for (var round = -warmUp; round < rounds; round++)
            foreach (var (work, seconds) in _contestants)
            {
                cancellation.ThrowIfCancellationRequested();
                if (twice) work();
                var start = Stopwatch.GetTimestamp();
                work();
                if (round >= 0) seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
    }

    /// <summary>Median seconds of one contestant.</summary>
    public double Median(int contestant)
    {
        var seconds = _contestants[contestant].Seconds.Order().ToArray();
        return (seconds[seconds.Length / 2] + seconds[(seconds.Length - 1) / 2]) / 2;
    }
}
