using Pfe.Reporting.Charts;
using Pfe.Reporting.Drawing;
using Pfe.Reporting.Measures;
using Pfe.Reporting.Report;
using Pfe.Vision.Imaging.Damage;

namespace Pfe.Reporting.Figures;

/// <summary>Sigma itself: its distribution, the faces it puts first and last, and how it grows with damage.</summary>
internal static class UncertaintyFigures
{
    private const string AxisTitle = "uncertainty: mean ln σ² over the dimensions";

    public static Figure Distribution(ReportData data)
    {
        (string Name, double[] Values)[] sets = [(data.Name, data.Uncertainty), .. data.Others];
        var axis = Axis.Around(AxisTitle, sets.SelectMany(set => set.Values));
        var histograms = sets.Select(set => Histogram.Of(set.Values, axis.Min, axis.Max, 50)).ToArray();
        var top = histograms.Max(bins => bins.Max(bin => bin.Share));
        Mark[] marks = [.. sets.Select((set, i) => new Bars([.. histograms[i].Select(bin => (bin.From, bin.To, bin.Share))], Inks.OfSeries(i), $"{set.Name} (n = {set.Values.Length:#,0})"))];
        return Figure.Of("uncertainty-distribution", "Further right: less certain. A single narrow peak over sets of different quality would mean that sigma has learnt nothing.",
            new Chart("Distribution of sigma", $"share of faces in each of 50 bins; {sets.Length} set{(sets.Length > 1 ? "s" : "")}", axis, new Axis("share of faces", 0, top * 1.08, Percent: true), marks),
            new(["set", "from", "to", "share"], [.. sets.SelectMany((set, i) => histograms[i].Select(bin => new object?[] { set.Name, bin.From, bin.To, bin.Share }))]));
    }

    public static Figure? Faces(ReportData data)
    {
        if (data.Thumbnails is not { } thumbnails) return null;
        const int Columns = 10, Rows = 5, Tile = 92, Line = 30;
        var order = Enumerable.Range(0, data.Faces.Count).OrderBy(row => data.Uncertainty[row]).ToArray();
        var count = Math.Min(order.Length, Columns * Rows);
        // Evenly spaced ranks from the most certain face to the least.
        int[] picked = [.. Enumerable.Range(0, count).Select(n => order[count == 1 ? 0 : (int)((long)n * (order.Length - 1) / (count - 1))])];
        var height = 64 + (count + Columns - 1) / Columns * (Tile + Line);
        return new("faces-by-uncertainty", "Faces sorted by uncertainty", "In reading order from the most certain face to the least, evenly spaced over the whole set. Quality should fall from top left to bottom right.",
            20 + Columns * Tile, height, canvas =>
            {
                canvas.Text(12, 24, "Faces from the most to the least certain", new TextStyle(15, Bold: true));
                canvas.Text(12, 43, $"{data.Name}: {count} of n = {data.Faces.Count:#,0} faces at evenly spaced ranks; below each: mean ln σ²", new TextStyle(11, Ink.Muted));
                for (var n = 0; n < count; n++)
                {
                    var (x, y) = (12 + n % Columns * Tile, 56 + n / Columns * (Tile + Line));
                    Pictures.Face(canvas, thumbnails, picked[n], x, y, Tile - 6);
                    canvas.Text(x + (Tile - 6) / 2.0, y + Tile + 8, Numbers.Short(data.Uncertainty[picked[n]]), new TextStyle(11, Anchor: Anchor.Middle));
                }
            },
            new(["rank", "path", "uncertainty"], [.. picked.Select((row, n) => new object?[] { n, data.Faces.Paths[row], data.Uncertainty[row] })]));
    }

    public static Figure? Damage(ReportData data, bool withFaces)
    {
        if (data.Damage is not { } study) return null;
        const int Panel = 480, ChartHeight = 400, Strip = 96;
        var kinds = study.Steps.GroupBy(step => step.Kind).ToArray();
        var y = Axis.Around("mean ln σ²", study.Steps.SelectMany(step => new[] { step.Mean, step.Low, step.High }));
        var rowHeight = ChartHeight + (withFaces ? Strip : 0);
        return new("uncertainty-by-damage", "Sigma against damage", "Each face is damaged in known amounts; a useful sigma rises from left to right. Bars: 95 % interval of the mean.",
            2 * Panel, (kinds.Length + 1) / 2 * rowHeight, canvas =>
            {
                for (var k = 0; k < kinds.Length; k++)
                {
                    var (left, top, steps) = (k % 2 * Panel, k / 2 * rowHeight, kinds[k].ToArray());
                    new Chart(NameOf(kinds[k].Key), $"n = {study.Faces:#,0} faces", new Axis($"strength of {NameOf(kinds[k].Key).ToLowerInvariant()} (0 none, 1 greatest)", -0.08, 1.08), y,
                        [new Curve([.. steps.Select(step => (step.Strength, step.Mean))], Inks.OfSeries(k)), new Dots([.. steps.Select(step => (step.Strength, step.Mean, step.Low, step.High))], Inks.OfSeries(k))])
                        .Draw(canvas, left, top, Panel, ChartHeight);
                    if (!withFaces) continue;
                    // The example faces stand under the strengths they have; plot width as in the chart.
                    foreach (var step in steps)
                        canvas.Picture(left + 72 + (step.Strength + 0.08) / 1.16 * (Panel - 94) - 36, top + ChartHeight + 4, 72, 72, FaceThumbnails.Encode(step.Example));
                }
            },
            new(["damage", "strength", "mean_uncertainty", "low", "high"], [.. study.Steps.Select(step => new object?[] { step.Kind.ToString(), step.Strength, step.Mean, step.Low, step.High })]));
    }

    private static string NameOf(DamageKind kind) => kind == DamageKind.LowResolution ? "Low resolution" : kind.ToString();
}
