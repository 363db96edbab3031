namespace Pfe.Calibration;

/// <summary>Where a pair's uncertainty lies between the lines of a calibration.</summary>
internal static class CalibrationKnots
{
    private const int Most = 5;
    private const int PairsEach = 200;

    /// <summary>The line below and the share of the one above it, 0 to 1; held to the first and the last line.</summary>
    public static (int Below, double Share) Place(double uncertainty, int count, Func<int, double> knot)
    {
        var below = 0;
        while (below < count - 2 && uncertainty > knot(below + 1)) below++;
        return (below, Math.Clamp((uncertainty - knot(below)) / (knot(below + 1) - knot(below)), 0, 1));
    }

    /// <summary>
    /// Knots at even quantiles of the pairs' uncertainty, the outermost at 1 % and 99 %. A line for each 200 genuine pairs, 2 to 5 in all:
    /// few pairs cannot tell more lines apart.
    /// </summary>
    public static double[] Choose(double[] uncertainty, int genuine)
    {
        var ascending = uncertainty.Order().ToArray();
        var count = Math.Clamp(genuine / PairsEach, 2, Most);
        var knots = Enumerable.Range(0, count).Select(i => Quantiles.Of(ascending, 0.01 + 0.98 * i / (count - 1))).ToArray();
        // A head whose sigma hardly differs gets one curve rather than several that divide by nothing.
        return knots.Zip(knots.Skip(1)).All(pair => pair.Second - pair.First > 1e-6) ? knots : [knots[0], knots[0] + 1];
    }
}
