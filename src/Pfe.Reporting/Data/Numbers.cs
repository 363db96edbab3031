using System.Globalization;
using Pfe.Evaluation.Metrics;

namespace Pfe.Reporting.Data;

/// <summary>Numbers as reports and figures write them.</summary>
internal static class Numbers
{
    public static string Short(double value) => value.ToString("0.00", CultureInfo.InvariantCulture).Replace('-', '−');

    public static string Thousandths(double value) =>
        double.IsFinite(value) ? value.ToString("0.000", CultureInfo.InvariantCulture).Replace('-', '−') : "–";

    public static string WithInterval(double value, Interval interval) =>
        double.IsFinite(interval.Low) ? $"{Thousandths(value)} [{Thousandths(interval.Low)}, {Thousandths(interval.High)}]"
        : Thousandths(value);

    public static string Rate(double rate) => rate.ToString(rate is > 0 and < 0.001 ? "0.##e+0" : "0.####", CultureInfo.InvariantCulture);

    public static string Percent(double share) =>
        double.IsFinite(share) ? (100 * share).ToString(share is > 0 and < 0.001 ? "0.0000" : "0.00", CultureInfo.InvariantCulture) + " %"
        : "–";
}
