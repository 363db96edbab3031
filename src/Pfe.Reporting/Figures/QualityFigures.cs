using Pfe.Calibration;
using Pfe.Reporting.Charts;
using Pfe.Reporting.Drawing;
using Pfe.Reporting.Measures;
using Pfe.Reporting.Report;

namespace Pfe.Reporting.Figures;

/// <summary>What sigma is worth as a measure of quality, and what the stated probabilities are worth.</summary>
internal static class QualityFigures
{
    public static Figure Discard(ReportData data)
    {
        var (charts, rows) = (new List<Chart>(), new List<object?[]>());
        foreach (var scored in new[] { data.Cosine, data.Mls })
        {
            var curves = Curves(data, scored);
            var marks = curves.Select((curve, i) => (Mark)new Curve([.. curve.Points], Inks.OfSeries(i), $"{curve.Name} ({Numbers.Short(curve.PartialArea)})", Dashed: i > 0))
                .Append(new Curve([.. curves[0].Points.Select(point => (point.Discarded, DiscardCurve.Perfect(curves[0].Start, point.Discarded)))], Ink.Muted, $"perfect ({Numbers.Short(curves[0].PerfectArea)})", Dashed: true, Width: 1));
            var top = Math.Max(1e-4, curves.Max(curve => curve.Points.Max(point => point.Fnmr)));
            charts.Add(new($"Error versus discard, {scored.Name}", $"n = {scored.Genuine.Length:#,0} genuine pairs, at FMR {Numbers.Rate(scored.WorkingRate)} FNMR {Numbers.Percent(curves[0].Start)}",
                new Axis("share of genuine pairs discarded, worst quality first", 0, DiscardCurve.Limit, Percent: true), new Axis("FNMR of the rest", 0, top * 1.1, Percent: true), [.. marks]));
            rows.AddRange(curves.SelectMany(curve => curve.Points.Select(point => new object?[] { scored.Name, curve.Name, curve.PartialArea, point.Discarded, point.Fnmr })));
        }
        return Figure.Beside("error-versus-discard", "Is sigma a measure of quality?", $"A pair's quality is the lower of its two. In brackets: area under the curve up to {DiscardCurve.Limit:0 %} discarded as a share of the area when discarding changes nothing; 1 is useless, lower is better.",
            charts, new(["score", "quality", "partial_area", "discarded", "fnmr"], rows));
    }

    public static IReadOnlyList<DiscardCurve> Curves(ReportData data, ScoredPairList scored)
    {
        var threshold = scored.ThresholdAt(scored.WorkingRate);
        var random = new Random(1);
        (string Name, double[] Values)[] measures = [("sigma", [.. data.Uncertainty.Select(value => -value)]), .. data.Qualities, ("random", [.. data.Uncertainty.Select(_ => random.NextDouble())])];
        return [.. measures.Select(measure =>
        {
            ReadOnlySpan<int> first = scored.Pairs.First.Span, second = scored.Pairs.Second.Span;
            var same = scored.Pairs.Same.Span;
            var (quality, g) = (new double[scored.Genuine.Length], 0);
            for (var n = 0; n < same.Length; n++)
                if (same[n]) quality[g++] = Math.Min(measure.Values[first[n]], measure.Values[second[n]]);
            return DiscardCurve.Of(measure.Name, scored.Genuine, quality, threshold);
        })];
    }

    public static Figure? Reliability(ReportData data)
    {
        if (data.Calibration is not { } calibration) return null;
        var judged = Judge(data, calibration);
        return Figure.Of("reliability", "Dots on the diagonal: of the pairs told \"80 %\", 80 % are of one person. Genuine and impostor pairs weigh the same in total. Cllr: 0 perfect, 1 worthless.",
            new Chart("Are the stated probabilities true?", $"{data.Name}: ECE {Numbers.Percent(judged.ExpectedCalibrationError)}, Cllr {judged.Cllr:0.000} (at best {judged.CllrMin:0.000}); n = {data.Mls.Scores.Length:#,0} pairs",
                new Axis("stated probability of one person", 0, 1, Percent: true), new Axis("observed share of one person", 0, 1, Percent: true),
                [new Curve([(0, 0), (1, 1)], Ink.Muted, "perfect", Dashed: true, Width: 1), new Dots([.. judged.Bins.Select(bin => (bin.Stated, bin.Observed, bin.Low, bin.High))], Ink.Blue, "pairs in ten bins, 95 % intervals")]),
            new(["from", "to", "pairs", "stated", "observed", "low", "high"], [.. judged.Bins.Select(bin => new object?[] { bin.From, bin.To, bin.Pairs, bin.Stated, bin.Observed, bin.Low, bin.High })]));
    }

    public static Calibration.Reliability Judge(ReportData data, ScoreCalibration calibration) =>
        Calibration.Reliability.Of(Evidence(data, calibration), data.Mls.Pairs.Same.Span);

    public static double[] Evidence(ReportData data, ScoreCalibration calibration)
    {
        ReadOnlySpan<int> first = data.Mls.Pairs.First.Span, second = data.Mls.Pairs.Second.Span;
        var evidence = new double[data.Mls.Scores.Length];
        for (var n = 0; n < evidence.Length; n++) evidence[n] = calibration.LogLikelihoodRatio(data.Mls.Scores[n], data.Uncertainty[first[n]], data.Uncertainty[second[n]]);
        return evidence;
    }
}
