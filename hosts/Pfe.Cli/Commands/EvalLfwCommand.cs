using System.CommandLine;
using System.Globalization;
using Pfe.Evaluation.Lfw;
using Spectre.Console;

namespace Pfe.Cli.Commands;

internal static class EvalLfwCommand
{
    public static Command Create(Terminal terminal)
    {
        var options = new EvalOptions();
        var pairs = new Option<FileInfo>("--pairs") { Description = "LFW's pairs.txt.", Required = true };
        return options.AddFaces(new Command("lfw", "LFW's 10-fold protocol: pfe eval lfw --pairs pairs.txt --features lfw.safetensors")
        {
            pairs, options.Resamples, options.Confidence, options.Seed,
        }).Does(terminal, (parsed, cancellation) =>
        {
            using var faces = options.Faces(parsed, terminal, null, cancellation);
            var result = LfwProtocol.Evaluate(
                faces, LfwPairs.Read(parsed.GetValue(pairs)!.ToString()), options.Bootstrap(parsed),
                parsed.Calibration(faces, terminal, cancellation), cancellation);
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
                $"{EvalTables.Percent(score.Accuracy)} ± {EvalTables.Percent(score.Deviation)}",
                $"{EvalTables.Number(score.Threshold)} ± {EvalTables.Number(score.ThresholdDeviation)}" };
            cells.AddRange(score.Rates.Select(EvalTables.Rate));
            if (result.PairsLeftOut > 0) cells.Add(EvalTables.Percent(score.AccuracyMissingAsErrors));
            EvalTables.Row(table, [.. cells]);
        }
        terminal.Results.Write(table);
        EvalTables.Print(terminal, result.Probability);
        EvalTables.Footer(terminal, $"± is the standard deviation over {result.Folds.ToString(CultureInfo.InvariantCulture)} folds",
            result.Interval, result.Notes);
    }
}
