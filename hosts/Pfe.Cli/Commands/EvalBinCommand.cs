using System.CommandLine;
using Pfe.Evaluation.InsightFace;
using Pfe.Evaluation.Lfw;
using Pfe.Vision.Embedding;
using Pfe.Vision.Faces;

namespace Pfe.Cli.Commands;

internal static class EvalBinCommand
{
    public static Command Create(Terminal terminal)
    {
        var options = new EvalOptions();
        var file = new Argument<FileInfo>("set")
        {
            Description = "The verification set: lfw.bin, cfp_fp.bin, agedb_30.bin, calfw.bin, " +
            "cplfw.bin."
        };
        var features = new Option<FileInfo?>("--features")
        {
            Description = "Embeddings of the set's images that --keep has kept; no " +
            "model is needed then."
        };
        return new Command("bin", "InsightFace's verification sets, 10 folds: pfe eval bin agedb_30.bin --model model.onnx")
        {
            file, features, options.Keep, FaceOptions.Workers, CommonOptions.Strict, CalibrationOptions.File, ModelOptions.Model,
                ModelOptions.Models, ModelOptions.Device, ModelOptions.Flip, options.Risk, options.Resamples, options.Confidence,
                options.Seed,
        }.Does(terminal, (parsed, cancellation) =>
        {
            var set = VerificationSet.Load(parsed.GetRequiredValue(file).ToString());
            LfwResult Evaluate(string path)
            {
                using var faces = EmbeddingSet.Load(path);
                var evaluated = VerificationSetProtocol.Evaluate(
                    faces, set, options.Bootstrap(parsed), parsed.Calibration(faces, terminal, cancellation), cancellation);
                return parsed.GetValue(options.Risk) is { } risk
                    ? evaluated with { Risk = VerificationSetProtocol.RiskControlled(faces, set, risk, cancellation) } : evaluated;
            }
            var result = parsed.GetValue(features) is { } kept
                ? Evaluate(kept.ToString())
                : WithEmbeddings(terminal, parsed, set, parsed.GetValue(options.Keep)?.ToString(), Evaluate, cancellation);
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, EvalJson.Default.LfwResult);
            else EvalLfwCommand.Print(terminal, result);
        });
    }

    private static LfwResult WithEmbeddings(
        Terminal terminal, ParseResult parsed, VerificationSet set, string? keep, Func<string, LfwResult> evaluate,
        CancellationToken cancellation)
    {
        using var embedder = parsed.Embedder(parsed.Store(), terminal.Progress(), cancellation);
        var scratch = Directory.CreateTempSubdirectory("pfe-eval-");
        try
        {
            set.Extract(scratch.FullName, cancellation);
            // The faces lie as ArcFace's template wants them; for a model with another template its points serve as landmarks.
            var aligned = embedder.Template == AlignmentTemplate.ArcFace;
            FaceSource[] sources = [.. Enumerable.Range(0, set.Count).Select(set.ImageName)
                .Select(name => new FaceSource(
                    name, Path.Combine(scratch.FullName, name), aligned ? null : AlignmentTemplate.ArcFace.Points))];
            var run = new EmbeddingRunOptions
            {
                Aligned = aligned, Strict = parsed.GetValue(CommonOptions.Strict),
                Workers = parsed.GetValue(FaceOptions.Workers)
            };
            var features = keep ?? Path.Combine(scratch.FullName, "features.safetensors");
            terminal.SayFailures(EmbeddingRun.Run(sources, embedder, null, features, run, terminal.ImageProgress("embedded"), cancellation)
                .Failures);
            return evaluate(features);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }
}
