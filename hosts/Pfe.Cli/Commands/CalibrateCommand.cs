using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Pfe.Calibration;
using Pfe.Evaluation.Statistics;
using Pfe.Onnx;
using Pfe.Scoring;
using Pfe.Storage;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Verification;

namespace Pfe.Cli.Commands;

/// <summary>What <c>pfe calibrate --json</c> writes.</summary>
/// <param name="Output">The calibration or model that was written.</param>
/// <param name="GenuinePairs">Genuine pairs of the fit.</param>
/// <param name="ImpostorPairs">Impostor pairs of the fit.</param>
/// <param name="HeldOutPersons">Persons the fit did not see.</param>
/// <param name="ExpectedCalibrationError">ECE on the held-out persons' pairs.</param>
/// <param name="ExpectedCalibrationErrorLow">Lower end of its 95 % interval over persons.</param>
/// <param name="ExpectedCalibrationErrorHigh">Upper end.</param>
/// <param name="Cllr">Cllr on them, in bits.</param>
/// <param name="CllrLow">Lower end of its 95 % interval over persons.</param>
/// <param name="CllrHigh">Upper end.</param>
/// <param name="CllrMin">The least Cllr any monotone mapping of the same evidence has.</param>
/// <param name="Middle">The pairs told 10 % to 90 %; null where there are none.</param>
/// <param name="FalseMatch">Thresholds on the evidence.</param>
/// <param name="Kinds">With --images: the answers by kind of damage, on people that the thresholds were not fitted on.</param>
/// <param name="ReviewedPairs">With --reviews: decided pairs that were fitted along.</param>
/// <param name="Reviewed">With --reviews: what is said of decided pairs that the check's fit never saw; they are picked ones, not pairs
/// as they come.</param>
internal sealed record CalibrateResult(
    string Output, int GenuinePairs, int ImpostorPairs, int HeldOutPersons, double ExpectedCalibrationError,
    double ExpectedCalibrationErrorLow, double ExpectedCalibrationErrorHigh,
    double Cllr, double CllrLow, double CllrHigh, double CllrMin, CalibrateMiddle? Middle, IReadOnlyList<RateThreshold> FalseMatch,
    IReadOnlyList<KindRates> Kinds, int ReviewedPairs, CalibrateMiddle? Reviewed);

/// <summary>What was said of some pairs, and what is true of them.</summary>
/// <param name="Pairs">How many there are.</param>
/// <param name="Stated">Their mean stated P(same); in the middle genuine and impostor pairs weigh the same in total.</param>
/// <param name="Observed">The share that is of one person.</param>
/// <param name="Low">Lower end of its 95 % interval; in the middle over persons.</param>
/// <param name="High">Upper end.</param>
internal sealed record CalibrateMiddle(int Pairs, double Stated, double Observed, double Low, double High);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(CalibrateResult))]
internal sealed partial class CalibrateJson : JsonSerializerContext;

/// <summary>pfe calibrate: pairs of known answer in, a calibration out.</summary>
internal static class CalibrateCommand
{
    private static readonly Argument<string> Features =
        new("features")
        {
            Description = "Embeddings of 'pfe embed' with paths like person/image.jpg; people the model was not trained on."
        };
    private static readonly Option<string> Output =
        new("--output", "-o")
        {
            Description = "Where to write: a .json file, or an .onnx file (the model with the calibration in its " +
        "metadata).", Required = true
        };

    private static readonly Option<string?> Source =
        new("--source") { Description = "What the faces are, in words, to be kept with the calibration (default: the file's name)." };

    private static readonly Option<string?> Images =
        new("--images")
        {
            Description = "The folder that was embedded: its people are damaged on the fly, and the answers are calibrated " +
        "kind by kind of damage as well (the output is an .onnx file, its model has a trust head)."
        };

    private static readonly Option<string?> Reviews =
        new("--reviews")
        {
            Description = "Decisions of people, as 'pfe gallery export --reviews' writes them, fitted along with the embeddings' pairs. " +
        "They are picked pairs, so thresholds and rates stay those of the embeddings."
        };

    public static Command Create(Terminal terminal) =>
        new Command("calibrate", "Turn scores into P(same person), fitted on your own people. Example: pfe calibrate heldout.safetensors " +
            "--model pfe.onnx --output calibrated.onnx")
        {
            Features, Output, Source, Images, Reviews, ModelOptions.Model, ModelOptions.Models,
        }.Does(terminal, (parsed, cancellation) =>
        {
            var output = parsed.GetRequiredValue(Output);
            using var faces = EmbeddingSet.Load(parsed.GetRequiredValue(Features));
            var model = ModelFor(parsed, output, faces, terminal, cancellation);
            var reviewed = parsed.GetValue(Reviews) is { } file ? ReviewedOf(file, faces, terminal) : null;
            var fit = FittedCalibration.Of(
                faces, ScoreKind.MutualLikelihood, parsed.GetValue(Source)
                ?? Path.GetFileName(parsed.GetRequiredValue(Features)), reviewed, cancellation);
            var kinds = parsed.GetValue(Images) is { } images ? Kinds(images, faces, model, parsed, terminal, cancellation) : null;
            if (model is null) AtomicFile.WriteText(output, fit.Calibration.ToJson());
            else Calibrated(model, fit.Calibration, kinds).Save(output);
            var result = Result(output, fit, kinds, reviewed);
            if (parsed.GetValue(CommonOptions.Json)) terminal.WriteJson(result, CalibrateJson.Default.CalibrateResult);
            else Show(terminal, result);
        });

    private static OnnxModel Calibrated(OnnxModel model, ScoreCalibration calibration, TrustCalibration? kinds)
    {
        model = model.WithMetadata(ScoreCalibration.MetadataKey, calibration.ToJson());
        return kinds is null ? model : model.WithMetadata(TrustCalibration.MetadataKey, kinds.ToJson());
    }

    // The people of the embeddings, from their photographs once more.
    private static TrustCalibration Kinds(
        string folder, EmbeddingSet faces, OnnxModel? model, ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        if (model is null) throw new UsageException("with --images the output is an .onnx file: answers by kinds belong to one model");
        if (!Directory.Exists(folder)) throw new UsageException($"there is no folder '{folder}'");
        var people = faces.Paths.GroupBy(path => Path.GetDirectoryName(path) ?? "", StringComparer.Ordinal)
            .Select(person => (IReadOnlyList<FaceSource>)[.. person.Select(path =>
                new FaceSource(path, Path.Combine(folder, path)))]).ToArray();
        using var embedder = new FaceEmbedder(model);
        using var detector = parsed.Detector(parsed.Store(), terminal.Progress(), cancellation);
        var source = parsed.GetValue(Source) ?? Path.GetFileName(parsed.GetRequiredValue(Features));
        return KindCalibration.Fit(people, photo => AlignmentRun.Align(photo, detector, embedder.Template).Face, embedder, null, source,
            terminal.ImageProgress("faces"), cancellation);
    }

    private static ReviewedPairs ReviewedOf(string file, EmbeddingSet faces, Terminal terminal)
    {
        var reviewed = ReviewedPairs.Load(file);
        if (faces.Metadata.TryGetValue(EmbeddingSet.ModelKey, out var checksum) && checksum != reviewed.ModelId)
            terminal.Say($"note: the decisions in '{file}' are about scores of another file than the one that made the embeddings; " +
                "that is right only if the two differ in their calibration alone");
        return reviewed;
    }

    private static CalibrateResult Result(string output, FittedCalibration fit, TrustCalibration? kinds, ReviewedPairs? reviewed)
    {
        var (judged, sure) = (fit.HeldOut, fit.Intervals);
        return new(output, fit.Calibration.GenuinePairs, fit.Calibration.ImpostorPairs, fit.HeldOutPersons,
            judged.ExpectedCalibrationError, sure.ExpectedCalibrationError.Low, sure.ExpectedCalibrationError.High, judged.Cllr,
                sure.Cllr.Low, sure.Cllr.High, judged.CllrMin,
            judged.Middle is { } middle ? new(middle.Pairs, middle.Stated, middle.Observed, sure.Middle.Low, sure.Middle.High)
                : null, fit.Calibration.FalseMatch, kinds?.Kinds ?? [], reviewed?.Pairs.Count ?? 0,
            fit.Reviewed is { } check ? new(check.Pairs, check.Stated, check.Observed, check.Low, check.High) : null);
    }

    // The model that the calibration goes into; null where it gets a file of its own.
    private static OnnxModel? ModelFor(
        ParseResult parsed, string output, EmbeddingSet faces, Terminal terminal, CancellationToken cancellation)
    {
        if (!Path.GetExtension(output).Equals(".onnx", StringComparison.OrdinalIgnoreCase))
            return parsed.GetValue(ModelOptions.Model) is null
                ? null : throw new UsageException($"with --model the output is an .onnx file, not '{output}'");
        var model = parsed.LoadModel(parsed.Store(), terminal.Progress(), cancellation);
        ProbabilisticModel.Describe(model);
        if (model.Metadata.GetValueOrDefault(ProbabilisticModel.DimensionKey) is { } dimension
            && dimension != faces.Dimension.ToString(CultureInfo.InvariantCulture))
            throw new PfeException($"'{model.Name}' has D = {dimension}, the embeddings have D = {faces.Dimension}: they come from " +
                "another model");
        if (faces.Metadata.TryGetValue(EmbeddingSet.ModelKey, out var checksum) && checksum != model.Sha256())
            terminal.Say($"note: the embeddings were made by another file than '{model.Name}'; that is right only if the two differ in " +
                "their calibration alone");
        return model;
    }

    private static void Show(Terminal terminal, CalibrateResult result)
    {
        terminal.Output.WriteLine($"{result.GenuinePairs:#,0} genuine and {result.ImpostorPairs:#,0} impostor pairs -> {result.Output}");
        terminal.Output.WriteLine($"on {result.HeldOutPersons} persons the check's fit never saw: ECE " +
            $"{100 * result.ExpectedCalibrationError:0.00} % [{100 * result.ExpectedCalibrationErrorLow:0.00}, " +
            $"{100 * result.ExpectedCalibrationErrorHigh:0.00}], Cllr {result.Cllr:0.000} [{result.CllrLow:0.000}, " +
            $"{result.CllrHigh:0.000}] (at best {result.CllrMin:0.000})");
        if (result.Middle is { } middle)
            terminal.Output.WriteLine($"of {middle.Pairs:#,0} pairs told 10 to 90 %: {100 * middle.Stated:0.0} % stated, " +
                $"{100 * middle.Observed:0.0} % [{100 * middle.Low:0.0}, {100 * middle.High:0.0}] of one person");
        if (result.Reviewed is { } decided)
            terminal.Output.WriteLine($"{result.ReviewedPairs:#,0} reviewed pairs fitted along; of {decided.Pairs:#,0} that the check's " +
                $"fit never saw {100 * decided.Stated:0.0} % stated, {100 * decided.Observed:0.0} % " +
                $"[{100 * decided.Low:0.0}, {100 * decided.High:0.0}] decided \"same\" (picked pairs: see docs/calibration.md)");
        foreach (var point in result.FalseMatch)
            terminal.Output.WriteLine($"false-match rate {point.Rate:0.##E+0}: evidence of at least {point.Threshold:0.00} nats");
        foreach (var kind in result.Kinds) terminal.Output.WriteLine(Line(kind));
    }

    private static string Line(KindRates kind)
    {
        string Share(int count, int of) => of == 0 ? "-" : $"{100.0 * count / of:0.00} %";
        var warning = kind.Keeps(ScoreCalibration.UsualFalseMatchRate) ? "" : "   NOT KEPT";
        return $"{kind.Name,-36} wrong same {Share(kind.WrongSame, kind.ImpostorPairs),8} of {kind.ImpostorPairs,7:#,0}   " +
            $"wrong different {Share(kind.WrongDifferent, kind.GenuinePairs),8} of {kind.GenuinePairs,6:#,0}   " +
            $"cannot tell {Share(kind.CannotTellGenuine, kind.GenuinePairs)} / " +
            $"{Share(kind.CannotTellImpostor, kind.ImpostorPairs)}{warning}";
    }
}
