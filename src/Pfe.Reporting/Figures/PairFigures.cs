using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Statistics;
using Pfe.Fusion;
using Pfe.Reporting.Charts;
using Pfe.Reporting.Data;
using Pfe.Reporting.Drawing;

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
        var evidence = cases.Select(
            c => PairEvidence.Of(data.Faces, data.Mls.Pairs.First.Span[c.Pair], data.Mls.Pairs.Second.Span[c.Pair], spread)).ToArray();
        var y = Axis.Around("evidence of the dimension, nats", evidence.SelectMany(e => e.PerDimension));
        const int Face = 92;
        return new("pair-dimensions", "Which dimensions decide a pair", null,
            "Each dimension's evidence for one person, sorted. Above 0 it agrees, below 0 it disagrees; within " +
                $"±{PairEvidence.AbstainBelow} " +
            "nats it abstains, because its σ is too large to say.",
            [.. cases.Select((c, i) => new Panel(Panel.Usual, Panel.ChartHeight + (data.Thumbnails is null ? 0 : Face + 12), canvas =>
            {
                var (pair, sorted) = (c.Pair, evidence[i].PerDimension.OrderDescending().ToArray());
                new Chart(c.Name, $"{data.Name}: {evidence[i].Agree} agree, {evidence[i].Disagree} disagree, {evidence[i].Abstain} " +
                    $"abstain; MLS {Numbers.Short(data.Mls.Scores[pair])}",
                    new Axis($"dimension, sorted (D = {sorted.Length})", 0, sorted.Length), y,
                    [new Bars([.. sorted.Select((value, l) => ((double)l, l + 1.0, value))], c.Ink),
                        new Curve([(0, 0), (sorted.Length, 0)], Ink.Text, Width: 1)])
                    .Draw(canvas, Panel.ChartHeight);
                if (data.Thumbnails is not { } thumbnails) return;
                Pictures.Face(canvas, thumbnails, data.Mls.Pairs.First.Span[pair], 140, Panel.ChartHeight + 4, Face);
                Pictures.Face(canvas, thumbnails, data.Mls.Pairs.Second.Span[pair], 140 + Face + 8, Panel.ChartHeight + 4, Face);
            }))], 3,
            new(["pair", "dimension", "evidence_nats"],
                [.. cases.SelectMany((c, i) => evidence[i].PerDimension.Select((value, l) => new object?[] { c.Name, l, value }))]));
    }

    public static Figure? Fusion(ReportData data)
    {
        const int Most = 12, Row = 54, Bars = 96, Longest = 260;
        // The template whose frames differ most in certainty shows best what the weights do.
        var template = data.Labels.RowsByIdentity().Where(rows => rows.Length >= 3).Select(rows => rows.Take(Most).ToArray())
            .MaxBy(rows => rows.Max(row => data.Uncertainty[row]) - rows.Min(row => data.Uncertainty[row]));
        if (template is null) return null;
        var weights = new float[template.Length];
        TemplateFusion.Weights(data.Faces, template, weights);
        var order = Enumerable.Range(0, template.Length).OrderByDescending(k => weights[k]).ToArray();
        var top = weights.Max();
        return new("fusion-weights", "What each image counts in a template",
            $"{data.Name}: the person whose images differ most in certainty, n = {order.Length} images",
            "An image's weight is its share of the precision 1/σ², averaged over the dimensions. The dashed line is plain averaging.",
            [new Panel(Panel.Usual, 26 + order.Length * Row, canvas =>
            {
                var average = Bars + (double)Longest / order.Length / top;
                for (var i = 0; i < order.Length; i++)
                {
                    var (k, y) = (order[i], i * Row);
                    // A number stands behind its bar, or behind the dashed line where that would run through it.
                    var end = Bars + Longest * weights[k] / top;
                    if (average > end && average < end + 60) end = (float)average;
                    Pictures.Face(canvas, data.Thumbnails, template[k], 8, y + 2, Row - 6);
                    canvas.Box(Bars, y + 6, Longest * weights[k] / top, 22, Ink.Blue, 0.8);
                    canvas.Text(end + 6, y + 22, Numbers.Percent(weights[k]), new TextStyle(12));
                    canvas.Text(Bars, y + 43, $"mean ln σ² {Numbers.Short(data.Uncertainty[template[k]])}", new TextStyle(11, Ink.Muted));
                }
                canvas.Line(average, 0, average, 4 + order.Length * Row, new Stroke(Ink.Text, 1, [5, 4]));
                canvas.Text(average, 20 + order.Length * Row, $"plain averaging: {Numbers.Percent(1.0 / order.Length)}",
                    new TextStyle(12, Ink.Muted, Anchor.Middle));
            })], 1,
            new(["path", "uncertainty", "weight"],
                [.. order.Select(k => new object?[] { data.NameOf(template[k]), data.Uncertainty[template[k]], (double)weights[k] })]));
    }

    public static Figure Errors(ReportData data)
    {
        const int Most = 8, Tile = 76;
        var rate = data.Mls.WorkingRate;
        var errors = VerificationErrors.At(data.Mls.Scores, data.Mls.Pairs.Same.Span, data.Mls.ThresholdAt(rate));
        (string Title, string Meaning, IReadOnlyList<int> All)[] kinds =
            [("False accepts", "two persons taken for one", errors.FalseAccepts),
            ("False rejects", "one person taken for two", errors.FalseRejects)];
        var rowHeight = data.Thumbnails is null ? 40 : Tile + 8;
        return new("worst-errors", "The worst errors", $"{data.Name}, MLS at FMR {Numbers.Rate(rate)}; worst first",
            "Look at them: wrong labels in the data show up here before anything else.",
            [.. kinds.Select(kind => new Panel(Panel.Usual, 52 + Math.Min(Most, Math.Max(1, kind.All.Count)) * rowHeight, canvas =>
            {
                canvas.Text(8, 20, kind.Title, new TextStyle(14, Bold: true));
                canvas.Text(8, 39, $"{kind.Meaning}: n = {kind.All.Count:#,0}, the worst {Math.Min(Most, kind.All.Count)} shown",
                    new TextStyle(12, Ink.Muted));
                for (var n = 0; n < Math.Min(Most, kind.All.Count); n++) Pair(canvas, data, kind.All[n], n, 50 + n * rowHeight);
            }))], 2,
            new(["kind", "rank", "first", "second", "mls", "cosine"],
                [.. kinds.SelectMany((kind, side) => kind.All.Take(Most).Select((pair, n) => new object?[]
                { side == 0 ? "false_accept" : "false_reject", n + 1, data.NameOf(data.Mls.Pairs.First.Span[pair]),
                    data.NameOf(data.Mls.Pairs.Second.Span[pair]), (double)data.Mls.Scores[pair], (double)data.Cosine.Scores[pair] }))]));

        static void Pair(Canvas canvas, ReportData data, int pair, int n, double y)
        {
            var (first, second) = (data.Mls.Pairs.First.Span[pair], data.Mls.Pairs.Second.Span[pair]);
            string[] numbers = [$"MLS {Numbers.Short(data.Mls.Scores[pair])}, cosine {Numbers.Short(data.Cosine.Scores[pair])}",
                $"ln σ² {Numbers.Short(data.Uncertainty[first])} and {Numbers.Short(data.Uncertainty[second])}"];
            if (data.Thumbnails is null)
            {
                canvas.Text(8, y + 14, $"{n + 1}. {string.Join("; ", numbers)}", new TextStyle(12));
                canvas.Text(24, y + 30, $"{Shorten(data.NameOf(first), 29)}, {Shorten(data.NameOf(second), 29)}",
                    new TextStyle(11, Ink.Muted));
                return;
            }
            Pictures.Face(canvas, data.Thumbnails, first, 8, y, Tile);
            Pictures.Face(canvas, data.Thumbnails, second, 8 + Tile + 6, y, Tile);
            string[] lines = [Shorten(data.NameOf(first), 36), Shorten(data.NameOf(second), 36), .. numbers];
            for (var line = 0; line < lines.Length; line++)
                canvas.Text(8 + 2 * Tile + 16, y + 14 + 18 * line, lines[line], new TextStyle(11.5, line < 2 ? Ink.Text : Ink.Muted));
        }
    }

    private static string Shorten(string path, int most) => path.Length <= most ? path : "…" + path[^(most - 1)..];
}
