namespace Pfe.Evaluation.Metrics;

internal static class StandardDeviation
{
    /// <summary>Standard deviation of a whole population (divided by N).</summary>
    public static double Of(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
