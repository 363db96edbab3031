using System.CommandLine;
using Pfe.Evaluation.Ijb;

namespace Pfe.Cli.Commands;

internal static class EvalIjbACommand
{
    public static Command Create(Terminal terminal)
    {
        var options = new EvalOptions();
        var protocol = new Option<DirectoryInfo>("--protocol")
        {
            Description = "Folder of split1 ... split10 with verify_metadata_k.csv " +
            "and verify_comparisons_k.csv.", Required = true
        };
        return options.AddFaces(new Command("ijba", "IJB-A 1:1, mean and deviation over the splits: pfe eval ijba --protocol " +
            "IJB-A_11_sets --features ijba.safetensors")
        {
            protocol, options.VarianceRule, options.Temperature,
        }).Does(terminal, (parsed, cancellation) =>
        {
            using var faces = options.Faces(parsed, terminal, null, cancellation);
            var progress = new SynchronousProgress<int>(split => terminal.Say($"split {split} done"));
            var result = IjbA.Evaluate(
                parsed.GetValue(protocol)!.ToString(), faces, parsed.GetValue(options.VarianceRule),
                parsed.Calibration(faces, terminal, cancellation), progress, parsed.GetValue(options.Temperature), cancellation);
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, EvalJson.Default.TemplateResult);
            else EvalTables.Print(terminal, result);
        });
    }
}
