using System.Globalization;
using Pfe.Evaluation;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;
using Pfe.Evaluation.Statistics;
using Pfe.Reporting.Data;
using Pfe.Reporting.Figures;

namespace Pfe.Reporting.Report;

/// <summary>The numbers at the head of a report, each with what it was measured on.</summary>
internal static class ReportSummary
{
    private static readonly double[] Rates = [1e-2, 1e-3, 1e-4];

    public static IReadOnlyList<(string Name, string Value)> Of(ReportData data, DiscardStudy discard, ProbabilityResult? probability)
    {
        var lines = new List<(string, string)>
        {
            ("faces", $"{data.Faces.Count:#,0} of {data.Labels.Names.Count:#,0} persons, D = {data.Faces.Dimension}"),
            ("pairs", $"{data.Mls.Genuine.Length:#,0} genuine, {data.Mls.Impostor.Length:#,0} impostor"),
            ("false-match rates these pairs support",
                $"{Numbers.Rate(30.0 / data.Mls.Impostor.Length)} and above (30 errors); below " +
                $"{Numbers.Rate(3.0 / data.Mls.Impostor.Length)} nothing can be said"),
        };
        lines.InsertRange(0, data.Notes);
        foreach (var rate in Rates.Where(rate => rate * data.Mls.Impostor.Length >= 30))
            lines.Add(($"true-match rate at FMR {Numbers.Rate(rate)}",
                string.Join(", ", new[] { data.Cosine, data.Mls }.Select(scored => $"{scored.Name} " +
                $"{Numbers.Percent(Roc.AtFars(scored.Genuine, scored.Impostor, [rate])[0].Tar)}"))));
        lines.Add(("uncertainty, mean ln σ²",
            $"from {Numbers.Short(data.Uncertainty.Min())} to {Numbers.Short(data.Uncertainty.Max())}, mean " +
            $"{Numbers.Short(data.Uncertainty.Average())}"));
        if (data.Calibration is { } calibration)
        {
            double[] quality = [.. data.Uncertainty.Select(calibration.Quality.Of).Order()];
            lines.Add(("quality, 0 to 100",
                string.Create(CultureInfo.InvariantCulture,
                $"median {quality[quality.Length / 2]:0}, nine of ten faces between {quality[quality.Length / 20]:0} and " +
                $"{quality[^(quality.Length / 20 + 1)]:0} (q: more certain than q % of the calibration's faces)")));
        }
        lines.Add(("sigma as quality",
            string.Join("; ", discard.Rows.Select(
            (row, m) => $"{row.Curve.Name} {Numbers.WithInterval(row.Curve.PartialArea, row.Area)}")) +
            $" (partial area of error versus discard, MLS at FMR {Numbers.Rate(data.Mls.WorkingRate)}; lower is better, 1 is useless)"));
        if (probability is not null)
        {
            var sure = probability.Intervals;
            lines.Add(("stated probabilities",
                $"ECE {Numbers.Percent(probability.ExpectedCalibrationError)}{Range(sure?.ExpectedCalibrationError)}, Cllr " +
                $"{(sure is null ? $"{probability.Cllr:0.000}" : Numbers.WithInterval(probability.Cllr, sure.Cllr))} (at best " +
                $"{probability.CllrMin:0.000})"));
            if (probability.Middle is { } middle)
                lines.Add(("pairs told 10 to 90 %",
                    $"{middle.Pairs:#,0}: {Numbers.Percent(middle.Stated)} stated, " +
                    $"{Numbers.Percent(middle.Observed)}{Range(sure?.Middle)} of one person"));
            lines.Add(("answers on one person", Answers(probability.Genuine, "different", probability.FalseNonMatch)));
            lines.Add(("answers on two persons", Answers(probability.Impostor, "same", probability.FalseMatch)));
        }
        return lines;
    }

    private static string Range(Interval? interval) =>
        interval is { } range ? $" [{Numbers.Percent(range.Low)}, {Numbers.Percent(range.High)}]" : "";

    private static string Answers(VerdictCounts counts, string wrong, StatedRate rate) =>
        $"{Numbers.Percent((double)counts.Same / counts.Pairs)} same, {Numbers.Percent((double)counts.CannotTell / counts.Pairs)} cannot " +
            $"tell, {Numbers.Percent((double)counts.Different / counts.Pairs)} different; {wrong} is wrong, promised at most " +
            $"{Numbers.Percent(rate.Stated)}";
}
