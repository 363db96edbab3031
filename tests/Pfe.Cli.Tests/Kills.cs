using System.Diagnostics;
using System.Globalization;

namespace Pfe.Cli.Tests;

/// <summary>
/// When a command is killed, and what came of it. <c>PFE_KILLS</c> says how often each command is: 10 times where it says nothing, 20 in
/// CI, <c>PFE_KILLS=1000</c> for a long run; <c>PFE_KILL_MINUTES</c> ends one earlier.
/// </summary>
internal sealed class Kills
{
    private static readonly int Most = int.TryParse(Environment.GetEnvironmentVariable("PFE_KILLS"), out var kills) ? kills : 10;
    private static readonly TimeSpan Longest =
        double.TryParse(Environment.GetEnvironmentVariable("PFE_KILL_MINUTES"), CultureInfo.InvariantCulture, out var minutes)
            ? TimeSpan.FromMinutes(minutes) : TimeSpan.MaxValue;
    private readonly Random _random = new(1);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _killed, _ended;

    /// <summary>Whether the command is run once more; what came of all is said when it is not.</summary>
    public bool GoesOn()
    {
        if (_killed + _ended < Most && _clock.Elapsed < Longest) return true;
        TestContext.Current.TestOutputHelper?.WriteLine($"{_killed} killed, {_ended} ended before");
        return false;
    }

    /// <summary>From before the program has begun to after its end.</summary>
    /// <param name="unbroken">How long it takes where nobody kills it.</param>
    public TimeSpan Moment(TimeSpan unbroken) => unbroken * (0.2 + 0.9 * _random.NextDouble());

    /// <summary>Counts a run: null where it was killed.</summary>
    public PfeProcess? Note(PfeProcess? run)
    {
        if (run is null) _killed++;
        else _ended++;
        return run;
    }
}
