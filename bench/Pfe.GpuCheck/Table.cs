using System.Diagnostics;
using System.Globalization;

namespace Pfe.GpuCheck;

/// <summary>The rows that are printed.</summary>
internal sealed class Table(TextWriter writer)
{
    /// <summary>Whether every check held.</summary>
    public bool AllHold { get; private set; } = true;

    public void Head(string card)
    {
        writer.WriteLine($"{card}, {Environment.ProcessorCount} processors");
        writer.WriteLine();
        writer.WriteLine("| what | best, ms | median, ms | rate | of the limit |");
        writer.WriteLine("|---|---|---|---|---|");
    }

    /// <summary>Measures some work, once to warm up and then so many times.</summary>
    /// <returns>The best time in seconds.</returns>
    public double Row(string what, Action work, int repeats, double amount, string unit, double? limit = null, string limitOf = "")
    {
        work();
        var times = new List<double>();
        for (var i = 0; i < repeats; i++)
        {
            var clock = Stopwatch.StartNew();
            work();
            times.Add(clock.Elapsed.TotalSeconds);
        }
        times.Sort();
        var share = limit is { } bound ? $"{bound / times[0]:P1} of {limitOf}" : "";
        Line($"| {what} | {times[0] * 1e3:0.000} | {times[times.Count / 2] * 1e3:0.000} | {amount / times[0]:0.000e0} {unit} | {share} |");
        return times[0];
    }

    /// <summary>A result that holds or does not.</summary>
    public void Check(string what, bool holds, string how)
    {
        AllHold &= holds;
        Line($"| {what} | | | {(holds ? "holds" : "DOES NOT HOLD")} | {how} |");
    }

    public void Note(string text) => Line($"| {text} | | | | |");

    private void Line(FormattableString text) => writer.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
