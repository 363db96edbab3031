using System.CommandLine;
using Pfe.Evaluation.Ijb;
using Pfe.Evaluation.Templates;

namespace Pfe.Cli.Commands;

internal static class EvalIjbCCommand
{
    public static Command Create(Terminal terminal)
    {
        var options = new EvalOptions();
        var protocol = new Option<DirectoryInfo?>("--protocol")
        {
            Description = "Folder of the official files: ijbc_1N_gallery_G1.csv, " +
            "..._G2.csv, ijbc_1N_probe_mixed.csv, ijbc_11_G1_G2_matches.csv."
        };
        var templates = new Option<FileInfo[]>("--templates")
        {
            Description = "Instead of --protocol: metadata files with TEMPLATE_ID, " +
            "SUBJECT_ID, FILENAME, SIGHTING_ID.", AllowMultipleArgumentsPerToken = true
        };
        var matches = new Option<FileInfo?>("--matches") { Description = "With --templates: the file of template pairs, 'id,id' a line." };
        return options.AddFaces(new Command("ijbc", "IJB-C 1:1, or any list in its form: pfe eval ijbc --templates templates.csv " +
            "--matches matches.csv --features ytf.safetensors")
        {
            protocol, templates, matches, options.VarianceRule, options.Temperature, options.Resamples, options.Confidence, options.Seed,
        }).Does(terminal, (parsed, cancellation) =>
        {
            var files = (parsed.GetValue(protocol), parsed.GetValue(templates), parsed.GetValue(matches)) switch
            {
                ({ } folder, null or [], null) => IjbCFiles.In(folder.ToString()),
                (null, { Length: > 0 } metadata, { } list) =>
                    new IjbCFiles($"1:1 in IJB-C's form ({list.Name})", [.. metadata.Select(file => file.ToString())], list.ToString()),
                _ => throw new UsageException("give either --protocol with the folder of the official files, or both --templates and " +
                    "--matches"),
            };
            using var faces = options.Faces(parsed, terminal, null, cancellation);
            var progress = new SynchronousProgress<TemplateMethod>(method => terminal.Say(EvalTables.Done(method)));
            var result = IjbC.Evaluate(
                files, faces, parsed.GetValue(options.VarianceRule), options.Bootstrap(parsed),
                parsed.Calibration(faces, terminal, cancellation), progress, parsed.GetValue(options.Temperature), cancellation);
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, EvalJson.Default.TemplateResult);
            else EvalTables.Print(terminal, result);
        });
    }
}
