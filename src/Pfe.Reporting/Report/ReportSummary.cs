using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;
using Pfe.Reporting.Figures;

namespace Pfe.Reporting.Report;

/// <summary>The numbers at the head of a report, each with what it was measured on.</summary>
internal static class ReportSummary
{
    private static readonly double[] Rates = [1e-2, 1e-3, 1e-4];

    public static IReadOnlyList<(string Name, string Value)> Of(ReportData data)
    {
        var lines = new List<(string, string)>
        {
            ("faces", $"{data.Faces.Count:#,0} of {data.Labels.Names.Count:#,0} persons, D = {data.Faces.Dimension}"),
            ("pairs", $"{data.Mls.Genuine.Length:#,0} genuine, {data.Mls.Impostor.Length:#,0} impostor"),
            ("false-match rates these pairs support", $"{Numbers.Rate(30.0 / data.Mls.Impostor.Length)} and above (30 errors); below {Numbers.Rate(3.0 / data.Mls.Impostor.Length)} nothing can be said"),
        };
        foreach (var rate in Rates.Where(rate => rate * data.Mls.Impostor.Length >= 30))
            lines.Add(($"true-match rate at FMR {Numbers.Rate(rate)}", string.Join(", ", new[] { data.Cosine, data.Mls }.Select(scored => $"{scored.Name} {Numbers.Percent(Roc.AtFars(scored.Genuine, scored.Impostor, [rate])[0].Tar)}"))));
        lines.Add(("uncertainty, mean ln σ²", $"from {Numbers.Short(data.Uncertainty.Min())} to {Numbers.Short(data.Uncertainty.Max())}, mean {Numbers.Short(data.Uncertainty.Average())}"));
        if (data.Calibration is { } calibration)
        {
            var judged = QualityFigures.Judge(data, calibration);
            var sure = ReliabilityIntervals.Of(QualityFigures.Evidence(data, calibration), data.Mls.Pairs);
            lines.Add(("stated probabilities", $"ECE {Numbers.Percent(judged.ExpectedCalibrationError)} {Range(sure.ExpectedCalibrationError)}, Cllr {judged.Cllr:0.000} [{sure.Cllr.Low:0.000}, {sure.Cllr.High:0.000}] (at best {judged.CllrMin:0.000})"));
            if (judged.Middle is { } middle)
                lines.Add(("pairs told 10 to 90 %", $"{middle.Pairs:#,0}: {Numbers.Percent(middle.Stated)} stated, {Numbers.Percent(middle.Observed)} {Range(sure.Middle)} of one person"));
        }
        if (data.Uncertainty.Max() - data.Uncertainty.Min() < 0.05)
            lines.Add(("warning", "sigma hardly differs between faces: the head is untrained or collapsed, and MLS adds nothing to the cosine"));
        return lines;
    }

    private static string Range(Interval interval) => $"[{Numbers.Percent(interval.Low)}, {Numbers.Percent(interval.High)}]";
}
