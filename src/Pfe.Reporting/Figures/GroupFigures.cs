using Pfe.Evaluation.Statistics;
using Pfe.Reporting.Charts;
using Pfe.Reporting.Data;
using Pfe.Reporting.Drawing;

namespace Pfe.Reporting.Figures;

/// <summary>Error rates and sigma by the user's own groups, one threshold for all.</summary>
internal static class GroupFigures
{
    private const int Most = 30;

    public static Figure? Rates(ReportData data)
    {
        if (data.Groups.Count == 0) return null;
        var rate = data.Mls.WorkingRate;
        var groups = SubgroupRates.Of(data.Groups, data.Uncertainty, data.Mls, data.Mls.ThresholdAt(rate));
        SubgroupRates[] shown = [.. groups.OrderByDescending(group => group.Faces).Take(Most)
            .OrderBy(group => group.Group, StringComparer.Ordinal)];
        return new("subgroups", "Error rates by group",
            $"{data.Name}, one MLS threshold for all groups, FMR {Numbers.Rate(rate)} over all pairs; n = " +
                $"{groups.Sum(group => group.Faces):#,0} faces in {groups.Count} " +
                $"groups{(groups.Count > Most ? $", the {Most} largest shown" : "")}",
            "Both faces of a pair are of the group. Lines: 95 % intervals, Wilson's for the rates, which takes pairs as independent and " +
                "so is rather too narrow, and over persons for sigma. Where intervals do not overlap, the threshold treats groups " +
                "differently.",
            [
                Lines("False-non-match rate (FNMR)", Ink.Blue, Share(shown, group => group.Fnmr.High), Numbers.Percent, shown, group =>
                    $"{group.Genuine:#,0} genuine pairs", group => (group.Fnmr.Rate, group.Fnmr.Low, group.Fnmr.High)),
                Lines("False-match rate (FMR)", Ink.Vermilion, Share(shown, group => group.Fmr.High), Numbers.Percent, shown, group =>
                    $"{group.Impostor:#,0} impostor pairs", group => (group.Fmr.Rate, group.Fmr.Low, group.Fmr.High)),
                Lines("Uncertainty, mean ln σ²", Ink.Purple,
                    Axis.Around("", shown.SelectMany(
                    group => new[] { group.MeanUncertainty, group.Uncertainty.Low, group.Uncertainty.High })), Numbers.Short,
                    shown, group => $"{group.Faces:#,0} faces", group =>
                        (group.MeanUncertainty, group.Uncertainty.Low, group.Uncertainty.High)),
            ], 3,
            new(["group", "faces", "mean_uncertainty", "uncertainty_low", "uncertainty_high", "genuine_pairs", "fnmr", "fnmr_low",
                "fnmr_high", "impostor_pairs", "fmr", "fmr_low", "fmr_high"], [.. groups.Select(group => new object?[]
                { group.Group, group.Faces, group.MeanUncertainty, group.Uncertainty.Low, group.Uncertainty.High, group.Genuine,
                    group.Fnmr.Rate, group.Fnmr.Low, group.Fnmr.High, group.Impostor, group.Fmr.Rate, group.Fmr.Low, group.Fmr.High })]));
    }

    // From 0 to the end of the widest interval that says anything.
    private static Axis Share(SubgroupRates[] groups, Func<SubgroupRates, double> high) =>
        new("", 0, groups.Select(high).Where(value => value < 1).DefaultIfEmpty(1).Max());

    private static Panel Lines(
        string title, Ink ink, Axis axis, Func<double, string> words, SubgroupRates[] groups, Func<SubgroupRates, string> n,
        Func<SubgroupRates, (double Value, double Low, double High)> of)
    {
        const int Row = 44, Top = 44, Left = 12, Length = 330;
        double At(double value) => Left + axis.Place(value) * Length;
        return new(Panel.Usual, Top + groups.Length * Row + 34, canvas =>
        {
            canvas.Text(8, 20, title, new TextStyle(14, ink, Bold: true));
            for (var i = 0; i < groups.Length; i++)
            {
                var ((value, low, high), y) = (of(groups[i]), Top + i * Row);
                canvas.Text(Left, y + 4, $"{groups[i].Group}: n = {n(groups[i])}", new TextStyle(12, Ink.Muted));
                if (!double.IsFinite(value))
                {
                    canvas.Text(Left, y + 23, "no pairs", new TextStyle(12));
                    continue;
                }
                var end = double.IsFinite(high) ? At(high) : At(value);
                if (double.IsFinite(low)) canvas.Line(At(low), y + 18, end, y + 18, new Stroke(ink, 2));
                canvas.Dot(At(value), y + 18, 4, ink);
                canvas.Text(end + 8, y + 22, words(value), new TextStyle(12));
            }
            var bottom = Top + groups.Length * Row;
            canvas.Line(Left, bottom, Left + Length, bottom, new Stroke(Ink.Text));
            canvas.Text(Left, bottom + 18, words(axis.Min), new TextStyle(12));
            canvas.Text(Left + Length, bottom + 18, words(axis.Max), new TextStyle(12, Anchor: Anchor.Middle));
        });
    }
}
