using Pfe.Evaluation.Statistics;
using Pfe.Reporting.Charts;
using Pfe.Reporting.Data;
using Pfe.Reporting.Drawing;

namespace Pfe.Reporting.Figures;

/// <summary>What sigma is worth as a measure of quality.</summary>
internal static class QualityFigures
{
    private static readonly (Ink Ink, Dash Dash)[] Styles =
    [
        (Ink.Blue, Dash.Solid), (Ink.Vermilion, Dash.Dashed), (Ink.Green, Dash.DashDot), (Ink.Purple, Dash.Dotted),
            (Ink.Orange, Dash.LongDash), (Ink.Sky, Dash.DashDotDot),
    ];

    public static Figure Discard(ReportData data, IReadOnlyList<DiscardStudy> both, int resamples)
    {
        const int ChartHeight = 340, RowHeight = 20;
        var studies = new[] { data.Cosine, data.Mls }.Zip(both, (scored, study) => (Scored: scored, Study: study)).ToArray();
        var height = ChartHeight + 34 + (both[0].Rows.Count + 2) * RowHeight;
        return new("error-versus-discard", "Is sigma a measure of quality?", null,
            "FNMR of the genuine pairs that are left when those of worst quality are discarded, the threshold staying; a pair's quality " +
                $"is the lower of its two. The table gives the area under each curve up to {DiscardCurve.Limit:0 %} discarded, as a " +
                "share of the area when discarding changes nothing (1 is useless, lower is better), and how far each measure is behind " +
                $"sigma. In brackets: 95 % intervals, bootstrap over persons, {resamples} resamples; a difference whose interval holds 0 " +
                "is none that these data show.",
            [.. studies.Select(entry => new Panel(Panel.Usual, height, canvas =>
            {
                DiscardChart(data, entry.Scored, entry.Study).Draw(canvas, ChartHeight);
                DiscardTable(canvas, entry.Study, ChartHeight + 18, RowHeight);
            }))], 2,
            new(["score", "quality", "partial_area", "partial_area_low", "partial_area_high", "behind_sigma", "behind_sigma_low",
                "behind_sigma_high", "discarded", "fnmr"],
                [.. studies.SelectMany(entry => entry.Study.Rows.SelectMany(row => row.Curve.Points.Select(point => new object?[]
                    { entry.Scored.Name, row.Curve.Name, row.Curve.PartialArea, row.Area.Low, row.Area.High, row.Behind,
                        row.BehindInterval.Low, row.BehindInterval.High, point.Discarded, point.Fnmr })))]));
    }

    public static DiscardStudy Study(ReportData data, ScoredPairList scored, int resamples, CancellationToken cancellation = default)
    {
        var random = new Random(1);
        (string Name, double[] Values)[] measures =
            [("sigma", [.. data.Uncertainty.Select(value => -value)]), .. data.Qualities,
            (RandomOrder, [.. data.Uncertainty.Select(_ => random.NextDouble())])];
        return DiscardStudy.Of(scored, scored.WorkingRate, measures, new() { Resamples = resamples }, cancellation);
    }

    private const string RandomOrder = "random order";

    private static (Ink Ink, Dash Dash) StyleOf(IReadOnlyList<DiscardRow> rows, int index) =>
        rows[index].Curve.Name == RandomOrder ? (Ink.Muted, Dash.LongDash) : Styles[index % Styles.Length];

    private static Chart DiscardChart(ReportData data, ScoredPairList scored, DiscardStudy study)
    {
        var first = study.Rows[0].Curve;
        var top = Math.Max(1e-4, study.Rows.Max(row => row.Curve.Points.Max(point => point.Fnmr)));
        var perfect = new Curve([.. first.Points.Select(point => (point.Discarded, DiscardCurve.Perfect(first.Start, point.Discarded)))],
            Ink.Text, Dash: Dash.Dashed, Width: 1);
        return new($"Error versus discard, {scored.Name}",
            $"{data.Name}: n = {scored.Genuine.Length:#,0} genuine pairs; at FMR {Numbers.Rate(scored.WorkingRate)} the FNMR is " +
            $"{Numbers.Percent(first.Start)}",
            new Axis("genuine pairs discarded, worst quality first", 0, DiscardCurve.Limit, Percent: true),
                new Axis("FNMR of the rest", 0, top * 1.1, Percent: true),
            [perfect, .. study.Rows.Select(
                (row, m) => new Curve([.. row.Curve.Points], StyleOf(study.Rows, m).Ink, Dash: StyleOf(study.Rows, m).Dash)).Reverse()]);
    }

    // The table is the legend as well.
    private static void DiscardTable(Canvas canvas, DiscardStudy study, double top, double row)
    {
        double[] columns = [8, 46, 162, 300];
        var header = new TextStyle(11, Ink.Muted);
        canvas.Text(columns[1], top, "measure of quality", header);
        canvas.Text(columns[2], top, "partial area", header);
        canvas.Text(columns[3], top, "behind sigma", header);
        for (var m = 0; m < study.Rows.Count; m++)
        {
            var (entry, y) = (study.Rows[m], top + (m + 1) * row);
            var (ink, dash) = StyleOf(study.Rows, m);
            canvas.Line(columns[0], y - 4, columns[0] + 32, y - 4, new Stroke(ink, 2.5, dash.Lengths()));
            canvas.Text(columns[1], y, entry.Curve.Name, new TextStyle(11));
            canvas.Text(columns[2], y, Numbers.WithInterval(entry.Curve.PartialArea, entry.Area), new TextStyle(11));
            if (m > 0) canvas.Text(columns[3], y, Numbers.WithInterval(entry.Behind, entry.BehindInterval), new TextStyle(11));
        }
        var last = top + (study.Rows.Count + 1) * row;
        canvas.Line(columns[0], last - 4, columns[0] + 32, last - 4, new Stroke(Ink.Text, 1, Dash.Dashed.Lengths()));
        canvas.Text(columns[1], last, "perfect", new TextStyle(11));
        canvas.Text(columns[2], last, Numbers.Thousandths(study.Rows[0].Curve.PerfectArea), new TextStyle(11));
    }
}
