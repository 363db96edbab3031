using System.CommandLine;
using Pfe.Evaluation.Folder;
using Pfe.Evaluation.Pairs;
using Spectre.Console;

namespace Pfe.Cli.Commands;

internal static class EvalFolderCommand
{
    public static Command Create(Terminal terminal)
    {
        var options = new EvalOptions();
        var folder = new Argument<DirectoryInfo>("folder") { Description = "A folder with a folder of pictures for each person." };
        var genuine = new Option<int>(
            "--max-genuine")
        {
            Description = "Genuine pairs at most; more are sampled.",
            DefaultValueFactory = _ => new FolderOptions().MaxGenuinePairs
        };
        var impostor = new Option<int>(
            "--max-impostor")
        {
            Description = "Impostor pairs at most; more are sampled.",
            DefaultValueFactory = _ => new FolderOptions().MaxImpostorPairs
        };
        return options.AddFaces(new Command("folder", "Your own folder as a benchmark, checked first: pfe eval folder people/ --features " +
            "people.safetensors")
        {
            folder, genuine, impostor, options.Cohort, options.Resamples, options.Confidence, options.Seed,
        }).Does(terminal, (parsed, cancellation) =>
        {
            var path = parsed.GetValue(folder)!.ToString();
            using var faces = options.Faces(parsed, terminal, path, cancellation);
            using var strangers = options.Strangers(parsed);
            var benchmark = new FolderBenchmark(path, faces);
            string[] unreadable = [.. benchmark.NotEmbedded.Where(name => !IsPicture(Path.Combine(path, name)))];
            var limits = new FolderOptions
            {
                MaxGenuinePairs = parsed.GetValue(genuine), MaxImpostorPairs = parsed.GetValue(impostor),
                Seed = parsed.GetValue(options.Seed), Cohort = strangers is null ? null : new Cohort(strangers)
            };
            var result = benchmark.Evaluate(
                limits, options.Bootstrap(parsed), unreadable, parsed.Calibration(faces, terminal, cancellation), cancellation);
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, EvalJson.Default.FolderResult);
            else Print(terminal, result);
        });
    }

    private static bool IsPicture(string path)
    {
        try
        {
            Vision.Imaging.Image.Load(path);
            return true;
        }
        catch (PfeException)
        {
            return false;
        }
    }

    private static void Print(Terminal terminal, FolderResult result)
    {
        foreach (var warning in result.Check.Warnings) terminal.Output.WriteLine($"check: {warning}");
        if (result.Check.Warnings.Count == 0) terminal.Output.WriteLine("check: nothing found wrong with the folder");
        terminal.Output.WriteLine($"{result.Protocol}: {result.GenuinePairs} genuine and {result.ImpostorPairs} impostor pairs of " +
            $"{result.Images} images, {result.Identities} identities");
        var rates = result.Scores[0].Rates;
        var table = EvalTables.Table(["score", .. rates.Select(rate => "TAR % at FAR " +
            $"{EvalTables.Far(rate.RequestedFar)}{(rate.RequestedFar < result.Support.FirmFar ? " (not firm)" : "")}")]);
        foreach (var score in result.Scores) EvalTables.Row(table, [EvalTables.Name(score.Score), .. score.Rates.Select(EvalTables.Rate)]);
        terminal.Results.Write(table);
        var thresholds = EvalTables.Table(["score", .. rates.Select(rate => $"threshold at FAR {EvalTables.Far(rate.RequestedFar)}")]);
        foreach (var score in result.Scores)
            EvalTables.Row(thresholds, [EvalTables.Name(score.Score), .. score.Rates.Select(rate => EvalTables.Number(rate.Threshold))]);
        terminal.Results.Write(thresholds);
        EvalTables.Print(terminal, result.Probability);
        EvalTables.Footer(terminal, null, result.Interval, result.Notes);
    }
}
