namespace Pfe.Calibration;

/// <summary>A threshold for a stated false-match rate, with what the impostor pairs say of its accuracy.</summary>
/// <param name="FalseMatchRate">The rate asked for.</param>
/// <param name="Threshold">Pairs with at least this score match.</param>
/// <param name="Low">Lower end of the threshold's interval: the true threshold for the rate is hardly below.</param>
/// <param name="High">Upper end of the interval.</param>
/// <param name="ImpostorPairs">How many impostor pairs it rests on.</param>
/// <param name="Errors">How many of them match at the threshold.</param>
/// <param name="IsReliable">At least 30 errors: the rate is known to about +-30 % with 90 % confidence, if the pairs are
/// independent.</param>
public sealed record ThresholdEstimate(
    double FalseMatchRate, double Threshold, double Low, double High, int ImpostorPairs, int Errors, bool IsReliable)
{
    /// <summary>Expected errors below which nothing is said: with none seen in N pairs, the rate may still be 3 / N (rule of three, 95
    /// %).</summary>
    public const int ErrorsForAnything = 3;

    /// <summary>Expected errors from which a rate is called measured (Doddington's rule of 30).</summary>
    public const int ErrorsForAnInterval = 30;

    /// <summary>Finds the threshold.</summary>
    /// <param name="impostor">Scores of impostor pairs.</param>
    /// <param name="falseMatchRate">Above 0, below 1.</param>
    /// <param name="confidence">Of the interval, which comes from the order statistics that the binomial number of errors spans.</param>
    /// <exception cref="PfeException">The pairs cannot support the rate; the message says how many are needed and which rate these
    /// support.</exception>
    public static ThresholdEstimate Find(ReadOnlySpan<float> impostor, double falseMatchRate, double confidence = 0.95)
    {
        if (falseMatchRate is not (> 0 and < 1))
            throw new InvalidConfigurationException($"a false-match rate lies between 0 and 1, not at {falseMatchRate}");
        if (confidence is not (> 0 and < 1)) throw new InvalidConfigurationException(
            $"a confidence lies between 0 and 1, not at {confidence}");
        var expected = ExpectedErrors(falseMatchRate, impostor.Length);
        if (expected < ErrorsForAnything)
            throw new PfeException($"{impostor.Length:#,0} impostor pairs cannot support the false-match rate {falseMatchRate:0.##E+0}: " +
                $"that takes {Math.Ceiling(ErrorsForAnything / falseMatchRate):#,0} pairs at least (rule of three) and " +
                $"{Math.Ceiling(ErrorsForAnInterval / falseMatchRate):#,0} to be steady (rule of 30); these pairs support " +
                $"{(impostor.Length == 0 ? "none" : $"{(double)ErrorsForAnything / impostor.Length:0.#E+0}")} and above");
        var descending = impostor.ToArray();
        Array.Sort(descending, static (a, b) => b.CompareTo(a));
        var (few, many) = Binomial.Span(impostor.Length, falseMatchRate, confidence);
        var threshold = Above(descending, (int)expected);
        return new(falseMatchRate, threshold, Above(descending, many), Above(descending, few), impostor.Length,
            CountAtLeast(descending, threshold), expected >= ErrorsForAnInterval);
    }

    // Rounded, so that 1e-4 of 300,000 pairs are 30 and not a hair less.
    internal static double ExpectedErrors(double rate, int pairs) => Math.Round(rate * pairs, 6);

    // The smallest score that lets at most the given number of impostors through.
    private static double Above(float[] descending, int errors) =>
        errors >= descending.Length ? descending[^1] : MathF.BitIncrement(descending[errors]);

    private static int CountAtLeast(float[] descending, double threshold)
    {
        var count = 0;
        while (count < descending.Length && descending[count] >= threshold) count++;
        return count;
    }
}

internal static class Binomial
{
    /// <summary>The central range of the number of successes in n trials of probability p: each tail outside has at most half of 1 -
    /// confidence.</summary>
    public static (int Few, int Many) Span(int n, double p, double confidence)
    {
        var tail = (1 - confidence) / 2;
        // Term by term in logarithms from k = 0 up: exact enough for any n that fits in memory.
        var (log, odds, below, few) = (n * Math.Log(1 - p), Math.Log(p) - Math.Log(1 - p), 0.0, -1);
        for (var k = 0; k < n; k++)
        {
            below += Math.Exp(log);
            if (few < 0 && below > tail) few = k;
            if (below >= 1 - tail) return (few, k);
            log += Math.Log((double)(n - k) / (k + 1)) + odds;
        }
        return (Math.Max(few, 0), n);
    }
}
