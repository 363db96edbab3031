using System.CommandLine;
using Pfe.Evaluation.Blufr;

namespace Pfe.Cli.Commands;

internal static class EvalBlufrCommand
{
    public static Command Create(Terminal terminal)
    {
        var options = new EvalOptions();
        var lists = new Argument<string>("lists")
        {
            Description = "blufr_lfw_config.mat, or ProbFace's folder proto with the lists in pieces."
        };
        return options.AddFaces(new Command("blufr",
            "BLUFR on LFW, 10 trials: VR at FAR 0.1 % and open-set DIR at FAR 1 %. Example: pfe eval " +
            "blufr blufr_lfw_config.mat --features lfw.safetensors") { lists }).Does(terminal, (parsed, cancellation) =>
        {
            var read = BlufrLists.Load(parsed.GetRequiredValue(lists));
            using var faces = options.Faces(parsed, terminal, null, cancellation);
            var result = BlufrProtocol.Evaluate(
                faces, read, new SynchronousProgress<int>(trial => terminal.Say($"trial {trial} done")), cancellation);
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, EvalJson.Default.BlufrResult);
            else Print(terminal, result);
        });
    }

    private static void Print(Terminal terminal, BlufrResult result)
    {
        terminal.Output.WriteLine($"{result.Protocol}, {result.Trials} trials: {result.GenuinePairs} genuine and {result.ImpostorPairs} " +
            $"impostor pairs, {result.MatedProbes} probes of the gallery's persons and {result.NonMatedProbes} others");
        terminal.Output.WriteLine($"images without embedding: {result.ImagesMissing} of {result.Images}");
        var table = EvalTables.Table("score", "VR % at FAR 0.1 %", "mean - deviation", "DIR % at rank 1, FAR 1 %", "mean - deviation");
        foreach (var score in result.Scores)
            EvalTables.Row(table, [EvalTables.Name(score.Score), .. Cells(score.Verification), .. Cells(score.Identification)]);
        terminal.Results.Write(table);
        EvalTables.Footer(terminal, $"± is the standard deviation over {result.Trials} trials", null, result.Notes);
    }

    private static string[] Cells(TrialRate? rate) => rate is { } found
        ? [$"{EvalTables.Percent(found.Mean)} ± {EvalTables.Percent(found.Deviation)}", EvalTables.Percent(found.MeanLessDeviation)]
        : ["no test lists", ""];
}
