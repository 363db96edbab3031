using Pfe.Calibration;
using Pfe.Evaluation;
using Pfe.Reporting.Charts;
using Pfe.Reporting.Data;
using Pfe.Reporting.Drawing;
using Pfe.Scoring;

namespace Pfe.Reporting.Figures;

/// <summary>From score to probability: what the calibration says, and whether it is true.</summary>
internal static class ProbabilityFigures
{
    /// <summary>P(one person) over the score for pairs of certain, usual and uncertain faces.</summary>
    public static Figure? Curves(ReportData data)
    {
        if (data.Calibration is not { Score: ScoreKind.MutualLikelihood or ScoreKind.Cosine } calibration) return null;
        var scored = calibration.Score == ScoreKind.Cosine ? data.Cosine : data.Mls;
        var score = Axis.Around(calibration.Score == ScoreKind.Cosine ? "cosine" : "mutual likelihood score (natural log, no fixed range)",
            scored.Scores.Select(value => (double)value));
        (double Quality, Ink Ink, Dash Dash)[] pairs =
            [(95, Ink.Blue, Dash.Solid), (50, Ink.Vermilion, Dash.Dashed), (5, Ink.Purple, Dash.Dotted)];
        const int Steps = 120;
        var curves = pairs.Select(pair => Enumerable.Range(0, Steps + 1).Select(step => score.Min + (score.Max - score.Min) * step / Steps)
            .Select(x => (X: x, Y: calibration.Probability(
                x, UncertaintyAt(calibration, pair.Quality), UncertaintyAt(calibration, pair.Quality)))).ToArray()).ToArray();
        return new("score-to-probability", "From score to probability", null,
            "How the calibration reads a score: one score means different things for certain and for uncertain faces. Quality q: more " +
            "certain than q % of the faces that the calibration was fitted on. P assumes that one person and two are equally likely " +
            "beforehand.",
            [Panel.Of(new Chart("P(one person) by score",
                $"calibration of {scored.Name} on {(calibration.Source.Length > 0 ? calibration.Source : "unnamed pairs")}: n = " +
                $"{calibration.GenuinePairs:#,0} genuine and {calibration.ImpostorPairs:#,0} impostor pairs", score,
                new Axis("P(one person)", 0, 1, Percent: true),
                [.. pairs.Select((pair, i) => new Curve(curves[i], pair.Ink, $"both of quality {pair.Quality:0}", pair.Dash))]))], 1,
            new(["quality", "score", "probability"],
                [.. pairs.SelectMany((pair, i) => curves[i].Select(point => new object?[] { pair.Quality, point.X, point.Y }))]));
    }

    /// <summary>Stated against observed, and how many pairs each range holds.</summary>
    public static Figure? Reliability(ReportData data, ProbabilityResult? judged)
    {
        if (judged is null) return null;
        var stated = new Axis("stated P(one person)", 0, 1, Percent: true);
        var most = Math.Pow(10, Math.Ceiling(Math.Log10(judged.Bins.Max(bin => bin.Pairs) + 1)));
        return new("reliability", "Are the stated probabilities true?", null,
            "Left: dots on the diagonal are true statements: of the pairs told \"80 %\", 80 % are of one person; bars are 95 % " +
            "intervals. Genuine and impostor pairs weigh the same in total. Right: how many pairs each range holds; where they are few, " +
            "a dot says little. ECE: mean distance from the diagonal. Cllr: cost in bits, 0 perfect, 1 worthless.",
        [
            Panel.Of(new("Stated and observed",
                $"{data.Name}: ECE {Numbers.Percent(judged.ExpectedCalibrationError)}, Cllr {judged.Cllr:0.000} (at best " +
                $"{judged.CllrMin:0.000})", stated, new Axis("observed share of one person", 0, 1, Percent: true),
                [new Curve([(0, 0), (1, 1)], Ink.Muted, "perfect", Dash.Dashed, Width: 1),
                    new Dots([.. judged.Bins.Select(bin => (bin.Stated, bin.Observed, bin.Low, bin.High))], Ink.Blue,
                    "pairs in ten ranges")])),
            Panel.Of(new("How many pairs",
                $"{data.Name}: n = {judged.Bins.Sum(bin => bin.Pairs):#,0} pairs, {judged.Genuine.Pairs:#,0} of them of one person", stated,
                new Axis("pairs in the range, log scale", 1, most, Logarithmic: true),
                [new Bars([.. judged.Bins.Select(bin => (bin.From, bin.To, (double)bin.Pairs))], Ink.Blue)])),
        ], 2, new(["from", "to", "pairs", "stated", "observed", "low", "high"],
            [.. judged.Bins.Select(bin => new object?[] { bin.From, bin.To, bin.Pairs, bin.Stated, bin.Observed, bin.Low, bin.High })]));
    }

    // Quality q is the percentage of reference faces that are less certain.
    private static double UncertaintyAt(ScoreCalibration calibration, double quality) =>
        calibration.Quality.Uncertainties[(int)(100 - quality)];
}
