using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;
using Pfe.Evaluation.Statistics;
using Pfe.Reporting.Charts;
using Pfe.Reporting.Data;
using Pfe.Reporting.Drawing;

namespace Pfe.Reporting.Figures;

/// <summary>Scores of pairs of known answer: distributions, ROC and DET.</summary>
internal static class ScoreFigures
{
    public static Figure Distributions(ReportData data)
    {
        var charts = new List<Chart>();
        var rows = new List<object?[]>();
        foreach (var scored in new[] { data.Cosine, data.Mls })
        {
            var axis = Axis.Around(scored.Kind == Scoring.ScoreKind.Cosine
                ? "cosine" : "mutual likelihood score (natural log, no fixed range)", scored.Scores.Select(score => (double)score));
            var (genuine, impostor) = (Of(scored.Genuine, axis), Of(scored.Impostor, axis));
            var threshold = scored.ThresholdAt(scored.WorkingRate);
            charts.Add(new($"{Capital(scored.Name)} of pairs", $"{data.Name}: share of pairs in each of 60 bins", axis,
                new Axis("share of pairs", 0, genuine.Concat(impostor).Max(bin => bin.Height) * 1.12, Percent: true),
            [
                new Bars(impostor, Ink.Vermilion, $"two persons (n = {scored.Impostor.Length:#,0})"),
                new Bars(genuine, Ink.Blue, $"one person (n = {scored.Genuine.Length:#,0})"),
                new Limit(threshold, $"FMR {Numbers.Rate(scored.WorkingRate)}", Ink.Text),
            ]));
            rows.AddRange(genuine.Select((bin, i) => new object?[] { scored.Name, bin.From, bin.To, bin.Height, impostor[i].Height }));
        }
        return new("score-distributions", "Scores of genuine and impostor pairs", null,
            "The less the two shapes overlap, the better. The dashed line is the threshold at the stated false-match rate (FMR).",
            [.. charts.Select(chart => Panel.Of(chart))], 2,
            new(["score", "from", "to", "genuine_share", "impostor_share"], rows));
    }

    public static Figure Curves(ReportData data, int resamples, CancellationToken cancellation)
    {
        var lowest = 3.0 / data.Mls.Impostor.Length;
        double[] fars = [.. Enumerable.Range(0, 25).Select(n => Math.Pow(10, Math.Log10(lowest) * (1 - n / 24.0)))];
        var far = new Axis("false-match rate (FMR), log scale", Math.Pow(10, Math.Floor(Math.Log10(lowest))), 1, Logarithmic: true);
        var floor = 0.5 / data.Mls.Genuine.Length;
        var (roc, det, rows, lowestTar) = (new List<Mark>(), new List<Mark>(), new List<object?[]>(), 1.0);
        foreach (var (scored, ink) in new[] { (data.Cosine, Ink.Vermilion), (data.Mls, Ink.Blue) })
        {
            var points = Roc.AtFars(scored.Genuine, scored.Impostor, fars);
            var bands = new VerificationBootstrap(scored.Pairs, scored.Scores)
                .TarAtFars(fars, new BootstrapOptions { Resamples = resamples }, cancellation);
            roc.Add(new Band([.. fars.Select((x, n) => (x, bands[n].Low, bands[n].High))], ink));
            roc.Add(new Curve([.. points.Select(point => (point.RequestedFar, point.Tar))], ink, scored.Name,
                scored.Kind == Scoring.ScoreKind.Cosine ? Dash.Dashed : Dash.Solid));
            det.Add(new Band([.. fars.Select((x, n) => (x, 1 - bands[n].High, 1 - bands[n].Low))], ink));
            // Without an error left there is nothing to show on a logarithmic axis.
            det.Add(new Curve([.. points.Where(point => point.Tar < 1).Select(point => (point.RequestedFar, 1 - point.Tar))], ink,
                scored.Name, scored.Kind == Scoring.ScoreKind.Cosine ? Dash.Dashed : Dash.Solid));
            lowestTar = Math.Min(lowestTar,
                bands.Where(band => double.IsFinite(band.Low)).Select(band => band.Low).Append(points[0].Tar).Min());
            rows.AddRange(points.Select(
                (point, n) => new object?[] { scored.Name, point.RequestedFar, point.Threshold, point.Far, point.Tar, bands[n].Low,
                bands[n].High }));
        }
        var note = $"{data.Name}: n = {data.Mls.Genuine.Length:#,0} genuine, {data.Mls.Impostor.Length:#,0} impostor pairs";
        return new("roc-and-det", "ROC and DET", null,
            $"Bands: 95 %, re-centred bootstrap over persons, {resamples} resamples. The curves start at 3 impostor pairs; further left " +
            "the data say nothing. On the DET a curve ends where no genuine pair is missed any more.",
        [
            Panel.Of(new("ROC", note, far, new Axis("true-match rate (1 − FNMR)", Math.Max(0, lowestTar - 0.02), 1, Percent: true), roc)),
            Panel.Of(new("DET", note, far, new Axis("FNMR, log scale", Math.Pow(10, Math.Floor(Math.Log10(floor))), 1, Logarithmic: true),
                det)),
        ], 2, new(["score", "fmr_requested", "threshold", "fmr", "tmr", "tmr_low", "tmr_high"], rows));
    }

    private static (double From, double To, double Height)[] Of(float[] scores, Axis axis) =>
        Histogram.Of(Array.ConvertAll(scores, score => (double)score), axis.Min, axis.Max, 60);

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
