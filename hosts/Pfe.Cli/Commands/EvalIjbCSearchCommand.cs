using System.CommandLine;
using Pfe.Evaluation.Ijb;
using Pfe.Evaluation.Templates;

namespace Pfe.Cli.Commands;

internal static class EvalIjbCSearchCommand
{
    public static Command Create(Terminal terminal)
    {
        var options = new EvalOptions();
        var galleries = new Option<FileInfo[]>("--gallery")
        {
            Description = "Metadata file of a gallery, one template a subject " +
            "(ijbc_1N_gallery_G1.csv); may be given more than once.", Required = true, AllowMultipleArgumentsPerToken = true
        };
        var probes = new Option<FileInfo>(
            "--probes")
        { Description = "The probes' metadata file (ijbc_1N_probe_mixed.csv).", Required = true };
        return options.AddFaces(new Command("ijbc-1n", "IJB-C 1:N: pfe eval ijbc-1n --gallery G1.csv G2.csv --probes mixed.csv " +
            "--features ijbc.safetensors")
        {
            galleries, probes, options.VarianceRule,
        }).Does(terminal, (parsed, cancellation) =>
        {
            using var faces = options.Faces(parsed, terminal, null, cancellation);
            var progress = new SynchronousProgress<TemplateMethod>(method => terminal.Say(EvalTables.Done(method)));
            var result = IjbCIdentification.Evaluate(
                [.. parsed.GetValue(galleries)!.Select(file => file.ToString())], parsed.GetValue(probes)!.ToString(), faces,
                parsed.GetValue(options.VarianceRule), progress, cancellation);
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, EvalJson.Default.IdentificationResult);
            else Print(terminal, result);
        });
    }

    private static void Print(Terminal terminal, IdentificationResult result)
    {
        terminal.Output.WriteLine($"{result.Protocol}: {result.Probes} probes in {result.Galleries} galleries of " +
            $"{result.GalleryTemplates} templates together: {result.MatedSearches} searches with a mate, {result.NonMatedSearches} " +
            $"without; {result.Images} images");
        terminal.Output.WriteLine($"images missing: {result.ImagesMissing}; templates without images: {result.TemplatesWithoutImages}");
        var first = result.Methods[0];
        var table = EvalTables.Table(["pooling", "score", "media first",
            .. first.ClosedSet.Select(rate => $"rank {rate.Rank} %"),
                .. first.OpenSet.Select(rate => $"TPIR % at FPIR {EvalTables.Far(rate.RequestedFpir!.Value)}")]);
        foreach (var method in result.Methods)
        {
            EvalTables.Row(table, [method.Pooling == Pooling.Average ? "average" : "uncertainty", EvalTables.Name(method.Score),
                method.MediaAware ? "yes" : "no",
                .. method.ClosedSet.Concat(method.OpenSet).Select(rate => EvalTables.Percent(rate.Tpir))]);
        }
        terminal.Results.Write(table);
    }
}
