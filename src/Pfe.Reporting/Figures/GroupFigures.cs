using Pfe.Calibration;
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
        return new("subgroups", "Error rates by group", $"{data.Name}, one MLS threshold for all groups, FMR {Numbers.Rate(rate)} over all pairs; n = {groups.Sum(group => group.Faces):#,0} faces in {groups.Count} groups",
            "Both faces of a pair are of the group. Lines: 95 % Wilson intervals. Where intervals do not overlap, the threshold treats groups differently.",
            [
                Rates("False-non-match rate (FNMR)", "genuine", groups, group => (group.Fnmr, group.Genuine), Ink.Blue),
                Rates("False-match rate (FMR)", "impostor", groups, group => (group.Fmr, group.Impostor), Ink.Vermilion),
            ], 2,
            new(["group", "faces", "mean_uncertainty", "genuine_pairs", "fnmr", "fnmr_low", "fnmr_high", "impostor_pairs", "fmr", "fmr_low", "fmr_high"], [.. groups.Select(group => new object?[]
                { group.Group, group.Faces, group.MeanUncertainty, group.Genuine, group.Fnmr.Rate, group.Fnmr.Low, group.Fnmr.High, group.Impostor, group.Fmr.Rate, group.Fmr.Low, group.Fmr.High })]));
    }

    private static Panel Rates(string title, string kind, IReadOnlyList<SubgroupRates> groups, Func<SubgroupRates, (RateInterval Rate, int Pairs)> of, Ink ink)
    {
        const int Row = 44, Top = 44, Left = 12, Bar = 330;
        var top = groups.Select(group => of(group).Rate.High).Where(high => high < 1).DefaultIfEmpty(1).Max();
        return new(Panel.Usual, Top + groups.Count * Row + 34, canvas =>
        {
            canvas.Text(8, 20, title, new TextStyle(14, ink, Bold: true));
            for (var i = 0; i < groups.Count; i++)
            {
                var ((rate, pairs), y) = (of(groups[i]), Top + i * Row);
                canvas.Text(Left, y + 4, $"{groups[i].Group}: n = {groups[i].Faces:#,0} faces, mean ln σ² {Numbers.Short(groups[i].MeanUncertainty)}; {pairs:#,0} {kind} pairs", new TextStyle(11, Ink.Muted));
                if (pairs == 0) canvas.Text(Left, y + 23, "no pairs", new TextStyle(12));
                else Interval(canvas, Left, y + 18, Bar / top, Bar, rate, ink);
            }
            var bottom = Top + groups.Count * Row;
            canvas.Line(Left, bottom, Left + Bar, bottom, new Stroke(Ink.Text));
            canvas.Text(Left, bottom + 18, "0 %", new TextStyle(12));
            canvas.Text(Left + Bar, bottom + 18, Numbers.Percent(top), new TextStyle(12, Anchor: Anchor.Middle));
        });
    }

    private static void Interval(Canvas canvas, double x, double y, double scale, double most, RateInterval rate, Ink ink)
    {
        var end = Math.Min(rate.High * scale, most);
        canvas.Line(x + rate.Low * scale, y, x + end, y, new Stroke(ink, 2));
        canvas.Dot(x + rate.Rate * scale, y, 4, ink);
        canvas.Text(x + end + 8, y + 4, Numbers.Percent(rate.Rate), new TextStyle(12));
    }
}
