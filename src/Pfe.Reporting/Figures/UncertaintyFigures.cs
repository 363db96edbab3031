using Pfe.Evaluation.Statistics;
using Pfe.Reporting.Charts;
using Pfe.Reporting.Data;
using Pfe.Reporting.Drawing;
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
        // A few faces in each bin of the smallest set, so that its shape is a shape and not a comb.
        var bins = Math.Clamp(sets.Min(set => set.Values.Length) / 5, 10, 50);
        var histograms = sets.Select(set => Histogram.Of(set.Values, axis.Min, axis.Max, bins)).ToArray();
        var top = histograms.Max(histogram => histogram.Max(bin => bin.Share));
        Mark[] marks = [.. sets.Select(
            (set, i) => new Bars([.. histograms[i].Select(bin => (bin.From, bin.To, bin.Share))], Inks.OfSeries(i),
            $"{set.Name} (n = {set.Values.Length:#,0})"))];
        return new("uncertainty-distribution", "Distribution of sigma", null,
            "Further right: less certain. A single narrow peak over sets of different quality would mean that sigma has learnt nothing.",
            [Panel.Of(new Chart("Uncertainty of the faces",
                $"share of faces in each of {bins} bins; {sets.Length} set{(sets.Length > 1 ? "s" : "")}", axis,
                new Axis("share of faces", 0, top * 1.08, Percent: true), marks))], 1,
            new(["set", "from", "to", "share"],
                [.. sets.SelectMany((set, i) => histograms[i].Select(bin => new object?[] { set.Name, bin.From, bin.To, bin.Share }))]));
    }

    public static Figure? Faces(ReportData data)
    {
        if (data.Thumbnails is not { } thumbnails) return null;
        const int InRow = 5, Most = 50, Tile = Panel.Usual / InRow;
        var line = data.Calibration is null ? 24 : 42;
        var order = Enumerable.Range(0, data.Faces.Count).OrderBy(row => data.Uncertainty[row]).ToArray();
        var count = Math.Min(order.Length, Most);
        // Evenly spaced ranks from the most certain face to the least.
        int[] picked = [.. Enumerable.Range(0, count)
            .Select(n => order[count == 1 ? 0 : (int)((long)n * (order.Length - 1) / (count - 1))])];
        return new("faces-by-uncertainty", "Faces from the most to the least certain",
            $"{data.Name}: {count} of n = {data.Faces.Count:#,0} faces at evenly spaced ranks; below each: mean ln " +
            $"σ²{(data.Calibration is null ? "" : " and quality, 0 to 100")}",
            "In reading order from the most certain face to the least, evenly spaced over the whole set. Quality should fall from the " +
                "first to the last.",
            [.. picked.Chunk(InRow).Select(row => new Panel(Panel.Usual, Tile + line, canvas =>
            {
                for (var n = 0; n < row.Length; n++)
                {
                    Pictures.Face(canvas, thumbnails, row[n], 2 + n * Tile, 2, Tile - 4);
                    canvas.Text((n + 0.5) * Tile, Tile + 14, Numbers.Short(data.Uncertainty[row[n]]),
                        new TextStyle(12, Anchor: Anchor.Middle));
                    if (data.Calibration is { Quality: var scale })
                        canvas.Text((n + 0.5) * Tile, Tile + 30, $"quality {scale.Of(data.Uncertainty[row[n]]):0}",
                            new TextStyle(12, Ink.Muted, Anchor.Middle));
                }
            }))], 2,
            new(["rank", "path", "uncertainty", "quality"],
                [.. picked.Select((row, n) =>
                new object?[] { n, data.NameOf(row), data.Uncertainty[row], data.Calibration?.Quality.Of(data.Uncertainty[row]) })]));
    }

    public static Figure? Damage(ReportData data, bool withFaces)
    {
        if (data.Damage is not { } study) return null;
        const int ChartHeight = 320, Strip = 82, Face = 68;
        var kinds = study.Steps.GroupBy(step => step.Kind).ToArray();
        var y = Axis.Around("mean ln σ²", study.Steps.SelectMany(step => new[] { step.Mean, step.Low, step.High }));
        return new("uncertainty-by-damage", "Sigma against damage", null,
            "Each face is damaged in known amounts; a useful sigma rises from left to right. Bars: 95 % interval of the mean. Below: one " +
            "of the faces at each strength.",
            [.. kinds.Select((kind, k) => new Panel(Panel.Usual, ChartHeight + (withFaces ? Strip : 0), canvas =>
            {
                var name = DamageNames.Of(kind.Key);
                var chart = new Chart(name, $"n = {study.Faces:#,0} faces; sigma grew for {kind.Last().Grown:0 %} at strength 1",
                    new Axis($"strength of {name.ToLowerInvariant()} (0 none, 1 greatest)", -0.08, 1.08), y,
                    [new Curve([.. kind.Select(step => (step.Strength, step.Mean))], Inks.OfSeries(k)),
                        new Dots([.. kind.Select(step => (step.Strength, step.Mean, step.Low, step.High))], Inks.OfSeries(k))]);
                chart.Draw(canvas, ChartHeight);
                if (!withFaces) return;
                // The example faces stand under the strengths they have.
                foreach (var step in kind)
                    canvas.Picture(chart.Across(canvas, step.Strength) - Face / 2.0, ChartHeight + 4, Face, Face,
                    FaceThumbnails.Encode(step.Example));
            }))], 2,
            new(["damage", "strength", "mean_uncertainty", "low", "high", "share_grown"],
                [.. study.Steps.Select(step =>
                new object?[] { step.Kind.ToString(), step.Strength, step.Mean, step.Low, step.High, step.Grown })]));
    }
}

internal static class DamageNames
{
    public static string Of(DamageKind kind) => kind == DamageKind.LowResolution ? "Low resolution" : kind.ToString();
}
