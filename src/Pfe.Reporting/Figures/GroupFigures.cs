using Pfe.Reporting.Charts;
using Pfe.Reporting.Drawing;
using Pfe.Reporting.Measures;
using Pfe.Reporting.Report;

namespace Pfe.Reporting.Figures;

/// <summary>Error rates by the user's own groups, one threshold for all.</summary>
internal static class GroupFigures
{
    public static Figure? Rates(ReportData data)
    {
        if (data.Groups.Count == 0) return null;
        var rate = data.Mls.WorkingRate;
        var groups = SubgroupRates.Of(data.Groups, data.Uncertainty, data.Mls, data.Mls.ThresholdAt(rate));
        const int Row = 30, Left = 150, Bar = 250;
        var (fnmr, fmr) = (TopOf(groups, group => group.Fnmr.High), TopOf(groups, group => group.Fmr.High));
        return new("subgroups", "Error rates by group", "One threshold for all groups; both faces of a pair are of the group. Lines: 95 % Wilson intervals. Where intervals do not overlap, the threshold treats groups differently.",
            Left + 2 * (Bar + 60) + 90, 96 + groups.Count * Row, canvas =>
            {
                canvas.Text(16, 24, "Error rates by group", new TextStyle(15, Bold: true));
                canvas.Text(16, 43, $"{data.Name}, MLS threshold of FMR {Numbers.Rate(rate)} over all pairs; FNMR up to {Numbers.Percent(fnmr)}, FMR up to {Numbers.Percent(fmr)}", new TextStyle(11, Ink.Muted));
                canvas.Text(Left, 66, "FNMR", new TextStyle(12, Ink.Blue, Bold: true));
                canvas.Text(Left + Bar + 60, 66, "FMR", new TextStyle(12, Ink.Vermilion, Bold: true));
                canvas.Text(Left + 2 * (Bar + 60), 66, "mean ln σ²", new TextStyle(12, Bold: true));
                for (var i = 0; i < groups.Count; i++)
                {
                    var (group, y) = (groups[i], 88.0 + i * Row);
                    canvas.Text(16, y + 4, $"{group.Group} (n = {group.Faces:#,0})", new TextStyle(11));
                    Interval(canvas, Left, y, Bar / fnmr, group.Fnmr, group.Genuine, Ink.Blue);
                    Interval(canvas, Left + Bar + 60, y, Bar / fmr, group.Fmr, group.Impostor, Ink.Vermilion);
                    canvas.Text(Left + 2 * (Bar + 60), y + 4, Numbers.Short(group.MeanUncertainty), new TextStyle(11));
                }
            },
            new(["group", "faces", "mean_uncertainty", "genuine_pairs", "fnmr", "fnmr_low", "fnmr_high", "impostor_pairs", "fmr", "fmr_low", "fmr_high"], [.. groups.Select(group => new object?[]
                { group.Group, group.Faces, group.MeanUncertainty, group.Genuine, group.Fnmr.Rate, group.Fnmr.Low, group.Fnmr.High, group.Impostor, group.Fmr.Rate, group.Fmr.Low, group.Fmr.High })]));
    }

    private static double TopOf(IReadOnlyList<SubgroupRates> groups, Func<SubgroupRates, double> high) => groups.Select(high).Where(value => value < 1).DefaultIfEmpty(1).Max();

    private static void Interval(Canvas canvas, double x, double y, double scale, Calibration.RateInterval rate, int pairs, Ink ink)
    {
        if (pairs == 0)
        {
            canvas.Text(x, y + 4, "no pairs", new TextStyle(11, Ink.Muted));
            return;
        }
        canvas.Line(x + rate.Low * scale, y, x + Math.Min(rate.High * scale, 260), y, new Stroke(ink, 2));
        canvas.Dot(x + rate.Rate * scale, y, 4, ink);
        canvas.Text(x + Math.Min(rate.High * scale, 260) + 5, y + 4, Numbers.Percent(rate.Rate), new TextStyle(10));
    }
}
