namespace Pfe.Calibration;

internal static class Quantiles
{
    /// <summary>Linear between order statistics, as numpy's default.</summary>
    public static double Of(ReadOnlySpan<double> ascending, double share)
    {
        var at = share * (ascending.Length - 1);
        var below = (int)at;
        var above = Math.Min(below + 1, ascending.Length - 1);
        return ascending[below] + (at - below) * (ascending[above] - ascending[below]);
    }
}
