using Pfe.Evaluation.Metrics;
using Pfe.Fusion;
using Pfe.Reporting.Charts;
using Pfe.Reporting.Drawing;
using Pfe.Reporting.Measures;
using Pfe.Reporting.Report;

namespace Pfe.Reporting.Figures;

/// <summary>Single cases: which dimensions decide a pair, which frames a template, and the pairs that go wrong.</summary>
internal static class PairFigures
{
    public static Figure Dimensions(ReportData data)
    {
        var spread = PairEvidence.SpreadOf(data.Faces);
        var byScore = Enumerable.Range(0, data.Mls.Scores.Length).OrderBy(n => data.Mls.Scores[n]).ToArray();
        var genuine = byScore.Where(n => data.Mls.Pairs.Same.Span[n]).ToArray();
        (string Name, int Pair, Ink Ink)[] cases =
        [
            ("One person, median score", genuine[genuine.Length / 2], Ink.Blue),
            ("One person, lowest score", genuine[0], Ink.Green),
            ("Two persons, highest score", byScore.Last(n => !data.Mls.Pairs.Same.Span[n]), Ink.Vermilion),
        ];
        var evidence = cases.Select(c => PairEvidence.Of(data.Faces, data.Mls.Pairs.First.Span[c.Pair], data.Mls.Pairs.Second.Span[c.Pair], spread)).ToArray();
        var y = Axis.Around("evidence of the dimension, nats", evidence.SelectMany(e => e.PerDimension));
        const int Panel = 480, ChartHeight = 400, Strip = 100;
        var height = ChartHeight + (data.Thumbnails is null ? 0 : Strip);
        return new("pair-dimensions", "Which dimensions decide a pair", $"Each dimension's evidence for one person, sorted. Above 0 it agrees, below 0 it disagrees; within ±{PairEvidence.Silence} nats it abstains, because its σ is too large to say.",
            cases.Length * Panel, height, canvas =>
            {
                for (var i = 0; i < cases.Length; i++)
                {
                    var sorted = evidence[i].PerDimension.OrderDescending().ToArray();
                    new Chart(cases[i].Name, $"{evidence[i].Agree} agree, {evidence[i].Disagree} disagree, {evidence[i].Abstain} abstain; MLS {Numbers.Short(data.Mls.Scores[cases[i].Pair])}",
                        new Axis($"dimension, sorted (D = {sorted.Length})", 0, sorted.Length), y,
                        [new Bars([.. sorted.Select((value, l) => ((double)l, l + 1.0, value))], cases[i].Ink), new Curve([(0, 0), (sorted.Length, 0)], Ink.Text, Width: 1)])
                        .Draw(canvas, i * Panel, 0, Panel, ChartHeight);
                    if (data.Thumbnails is not { } thumbnails) continue;
                    Pictures.Face(canvas, thumbnails, data.Mls.Pairs.First.Span[cases[i].Pair], i * Panel + 160, ChartHeight + 2, 88);
                    Pictures.Face(canvas, thumbnails, data.Mls.Pairs.Second.Span[cases[i].Pair], i * Panel + 260, ChartHeight + 2, 88);
                }
            },
            new(["pair", "dimension", "evidence_nats"], [.. cases.SelectMany((c, i) => evidence[i].PerDimension.Select((value, l) => new object?[] { c.Name, l, value }))]));
    }

    public static Figure? Fusion(ReportData data)
    {
        const int Most = 12, Row = 34;
        // The template whose frames differ most in certainty shows best what the weights do.
        var template = data.Labels.RowsByIdentity().Where(rows => rows.Length >= 3).Select(rows => rows.Take(Most).ToArray())
            .MaxBy(rows => rows.Max(row => data.Uncertainty[row]) - rows.Min(row => data.Uncertainty[row]));
        if (template is null) return null;
        var weights = new float[template.Length];
        TemplateFusion.Weights(data.Faces, template, weights);
        var order = Enumerable.Range(0, template.Length).OrderByDescending(k => weights[k]).ToArray();
        var top = weights.Max();
        return new("fusion-weights", "What each image counts in a template", "A frame's weight is its share of the precision 1/σ², averaged over the dimensions. The dashed line is plain averaging.",
            640, 84 + order.Length * Row, canvas =>
            {
                canvas.Text(16, 24, "Fusion weights of one person's images", new TextStyle(15, Bold: true));
                canvas.Text(16, 43, $"{data.Name}: the person whose images differ most in certainty, n = {order.Length} images", new TextStyle(11, Ink.Muted));
                for (var i = 0; i < order.Length; i++)
                {
                    var (k, y) = (order[i], 56.0 + i * Row);
                    Pictures.Face(canvas, data.Thumbnails, template[k], 16, y, Row - 4);
                    canvas.Text(58, y + 20, $"ln σ² {Numbers.Short(data.Uncertainty[template[k]])}", new TextStyle(11, Ink.Muted));
                    canvas.Box(150, y + 4, 400 * weights[k] / top, Row - 12, Ink.Blue, 0.8);
                    canvas.Text(556 - 400 + 400 * weights[k] / top, y + 20, Numbers.Percent(weights[k]), new TextStyle(11));
                }
                var average = 150 + 400.0 / order.Length / top;
                canvas.Line(average, 54, average, 58 + order.Length * Row, new Stroke(Ink.Text, 1, [5, 4]));
                canvas.Text(average, 72 + order.Length * Row, $"plain averaging: {Numbers.Percent(1.0 / order.Length)}", new TextStyle(11, Ink.Muted, Anchor.Middle));
            },
            new(["path", "uncertainty", "weight"], [.. order.Select(k => new object?[] { data.Faces.Paths[template[k]], data.Uncertainty[template[k]], (double)weights[k] })]));
    }

    public static Figure Errors(ReportData data)
    {
        const int Most = 8, Tile = 76, Column = 480;
        var rate = data.Mls.WorkingRate;
        var errors = VerificationErrors.At(data.Mls.Scores, data.Mls.Pairs.Same.Span, data.Mls.ThresholdAt(rate));
        (string Title, IReadOnlyList<int> All)[] kinds = [("False accepts: two persons taken for one", errors.FalseAccepts), ("False rejects: one person taken for two", errors.FalseRejects)];
        var height = 80 + Most * (data.Thumbnails is null ? 22 : Tile + 8);
        return new("worst-errors", "The worst errors", "Worst first. Look at them: wrong labels in the data show up here before anything else.", 2 * Column, height, canvas =>
            {
                for (var side = 0; side < 2; side++)
                {
                    canvas.Text(side * Column + 16, 24, kinds[side].Title, new TextStyle(14, Bold: true));
                    canvas.Text(side * Column + 16, 43, $"{data.Name}, MLS at FMR {Numbers.Rate(rate)}: n = {kinds[side].All.Count:#,0}, the worst {Math.Min(Most, kinds[side].All.Count)} shown", new TextStyle(11, Ink.Muted));
                    for (var n = 0; n < Math.Min(Most, kinds[side].All.Count); n++) Pair(canvas, data, kinds[side].All[n], n, side * Column + 16);
                }
            },
            new(["kind", "rank", "first", "second", "mls", "cosine"], [.. kinds.SelectMany((kind, side) => kind.All.Take(Most).Select((pair, n) => new object?[]
                { side == 0 ? "false_accept" : "false_reject", n + 1, data.Faces.Paths[data.Mls.Pairs.First.Span[pair]], data.Faces.Paths[data.Mls.Pairs.Second.Span[pair]], (double)data.Mls.Scores[pair], (double)data.Cosine.Scores[pair] }))]));

        static void Pair(Canvas canvas, ReportData data, int pair, int n, double x)
        {
            var (first, second) = (data.Mls.Pairs.First.Span[pair], data.Mls.Pairs.Second.Span[pair]);
            var numbers = $"MLS {Numbers.Short(data.Mls.Scores[pair])}, cosine {Numbers.Short(data.Cosine.Scores[pair])}, ln σ² {Numbers.Short(data.Uncertainty[first])} and {Numbers.Short(data.Uncertainty[second])}";
            if (data.Thumbnails is null)
            {
                canvas.Text(x, 70 + n * 22, $"{n + 1}. {numbers}", new TextStyle(11));
                return;
            }
            var y = 58 + n * (Tile + 8);
            Pictures.Face(canvas, data.Thumbnails, first, x, y, Tile);
            Pictures.Face(canvas, data.Thumbnails, second, x + Tile + 6, y, Tile);
            canvas.Text(x + 2 * Tile + 18, y + 16, Shorten(data.Faces.Paths[first]), new TextStyle(11));
            canvas.Text(x + 2 * Tile + 18, y + 34, Shorten(data.Faces.Paths[second]), new TextStyle(11));
            foreach (var (line, i) in numbers.Split(", ln").Select((line, i) => (i == 0 ? line : "ln" + line, i)))
                canvas.Text(x + 2 * Tile + 18, y + 52 + 17 * i, line, new TextStyle(11, Ink.Muted));
        }
    }

    private static string Shorten(string path) => path.Length <= 40 ? path : "…" + path[^39..];
}
