using System.CommandLine;
using Pfe.Evaluation.InsightFace;
using Pfe.Evaluation.Templates;

namespace Pfe.Cli.Commands;

internal static class EvalInsightFaceIjbCommand
{
    public static Command Create(Terminal terminal)
    {
        var options = new EvalOptions();
        var protocol = new Option<DirectoryInfo?>("--protocol")
        {
            Description = "Folder of the two files, such as InsightFace's IJBC or " +
            "IJBC/meta."
        };
        var list = new Option<FileInfo?>("--face-tid-mid") { Description = "Instead of --protocol: 'image template media' a line." };
        var labels = new Option<FileInfo?>("--template-pair-label")
        {
            Description = "With --face-tid-mid: 'template1 template2 label' a " +
            "line, 1 for the same person."
        };
        return options.AddFaces(new Command("insightface-ijb", "IJB-B or IJB-C 1:1 from InsightFace's text files: pfe eval " +
            "insightface-ijb --protocol IJBC/meta --features ijbc.safetensors")
        {
            protocol, list, labels, options.VarianceRule, options.Resamples, options.Confidence, options.Seed,
        }).Does(terminal, (parsed, cancellation) =>
        {
            var files = (parsed.GetValue(protocol), parsed.GetValue(list), parsed.GetValue(labels)) switch
            {
                ({ } folder, null, null) => InsightFaceIjbFiles.In(folder.ToString()),
                (null, { } images, { } pairs) =>
                    new InsightFaceIjbFiles($"1:1 in InsightFace's form ({pairs.Name})", images.ToString(), pairs.ToString()),
                _ => throw new UsageException("give either --protocol with the folder of the two files, or both --face-tid-mid and " +
                    "--template-pair-label"),
            };
            using var faces = options.Faces(parsed, terminal, null, cancellation);
            var progress = new SynchronousProgress<TemplateMethod>(method => terminal.Say($"{method.Pooling} pooling, " +
                $"{EvalTables.Name(method.Score)}{(method.MediaAware ? ", media first" : "")}: done"));
            var result = InsightFaceIjb.Evaluate(
                files, faces, parsed.GetValue(options.VarianceRule), options.Bootstrap(parsed),
                parsed.Calibration(faces, terminal, cancellation), progress, cancellation);
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, EvalJson.Default.TemplateResult);
            else EvalTables.Print(terminal, result);
        });
    }
}
