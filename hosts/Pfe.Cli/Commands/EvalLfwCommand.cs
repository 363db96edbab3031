using System.CommandLine;
using System.Globalization;
using Pfe.Evaluation.Lfw;
using Pfe.Evaluation.Pairs;
using Spectre.Console;

namespace Pfe.Cli.Commands;

internal static class EvalLfwCommand
{
    public static Command Create(Terminal terminal)
    {
        var options = new EvalOptions();
        var pairs = new Option<FileInfo>("--pairs")
        {
            Description = "LFW's pairs.txt, or a list of View 1 (pairsDevTest.txt).",
            Required = true
        };
        var threshold = new Option<FileInfo?>("--threshold-from")
        {
            Description = "With a list of View 1: the list that the threshold is chosen " +
            "on, pairsDevTrain.txt."
        };
        return options.AddFaces(new Command("lfw", "LFW's 10-fold protocol: pfe eval lfw --pairs pairs.txt --features lfw.safetensors")
        {
            pairs, threshold, options.Cohort, options.Risk, options.Resamples, options.Confidence, options.Seed,
        }).Does(terminal, (parsed, cancellation) =>
        {
            using var faces = options.Faces(parsed, terminal, null, cancellation);
            using var strangers = options.Strangers(parsed);
            var cohort = strangers is null ? null : new Cohort(strangers);
            var list = LfwPairs.Read(parsed.GetValue(pairs)!.ToString());
            var (bootstrap, calibration) = (options.Bootstrap(parsed), parsed.Calibration(faces, terminal, cancellation));
            LfwResult result;
            if (parsed.GetValue(threshold) is { } training)
            {
                if (list.Folds > 1) throw new UsageException(
                    "--threshold-from belongs to a list of View 1; the folds of View 2 choose their own");
                result = LfwProtocol.EvaluateView1(faces, list, LfwPairs.Read(training.ToString()), cohort, bootstrap, calibration,
                    cancellation);
            }
            else result = LfwProtocol.Evaluate(faces, list, cohort, bootstrap, calibration, cancellation);
            if (parsed.GetValue(options.Risk) is { } risk)
                result = result with { Risk = LfwProtocol.RiskControlled(faces, list, risk, cancellation) };
            if (parsed.GetValue(options.Images) is { } folder)
                result = result with { ImagesWithoutFace = LfwProtocol.CountPresent(folder.ToString(), result.MissingImages) };
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, EvalJson.Default.LfwResult);
            else Print(terminal, result);
        });
    }

    public static void Print(Terminal terminal, LfwResult result)
    {
        terminal.Output.WriteLine($"{result.Protocol}: {result.GenuinePairs} genuine and {result.ImpostorPairs} impostor pairs of " +
            $"{result.Images} images");
        var (missing, split) = (result.MissingImages.Count, result.ImagesWithoutFace is { } faceless
            ? $" ({result.MissingImages.Count - faceless} missing, {faceless} without a face)" : "");
        terminal.Output.WriteLine($"images missing or without a face: {missing}" +
            (missing == 0 ? "" : $"{split}; pairs left out: {result.PairsLeftOut}"));
        var columns = new List<string> { "score", "accuracy %", "threshold" };
        columns.AddRange(result.Scores[0].Rates.Select(rate => $"TAR % at FAR {EvalTables.Far(rate.RequestedFar)}"));
        if (result.PairsLeftOut > 0) columns.Add("accuracy %, left out = wrong");
        var table = EvalTables.Table([.. columns]);
        foreach (var score in result.Scores)
        {
            var cells = new List<string> { EvalTables.Name(score.Score),
                EvalTables.Spread(EvalTables.Percent, score.Accuracy, score.Deviation, result.Folds),
                EvalTables.Spread(EvalTables.Number, score.Threshold, score.ThresholdDeviation, result.Folds) };
            cells.AddRange(score.Rates.Select(EvalTables.Rate));
            if (result.PairsLeftOut > 0) cells.Add(EvalTables.Percent(score.AccuracyMissingAsErrors));
            EvalTables.Row(table, [.. cells]);
        }
        terminal.Results.Write(table);
        EvalTables.Print(terminal, result.ProbFace);
        EvalTables.Print(terminal, result.Risk);
        EvalTables.Print(terminal, result.Probability);
        var legend = result.Folds > 1 ? $"± is the standard deviation over {result.Folds.ToString(CultureInfo.InvariantCulture)} folds"
            : null;
        EvalTables.Footer(terminal, legend,
            result.Interval, result.Notes);
    }
}
