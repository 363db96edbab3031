using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pfe.Evaluation.Ijb;
using Pfe.Evaluation.Lfw;
using Pfe.Evaluation.Templates;
using Pfe.Onnx;
using Pfe.Scoring;
using Pfe.Vision;
using Pfe.Vision.Embedding;
using Pfe.Vision.Faces;

namespace Pfe.Reporting.Reproduction;

/// <summary>
/// Makes the results table of the reference's README: each face is aligned and embedded, LFW's ten folds and the templates of IJB-A, IJB-C
/// or a
/// list in their form are evaluated, for the base alone (cosine) and with the head (MLS). An interrupted run goes on.
/// </summary>
internal static class ReproductionRun
{
    /// <summary>Runs all of it.</summary>
    /// <param name="options">What is reproduced.</param>
    /// <param name="detector">Finds the faces of images without landmarks; called only where there are such images.</param>
    /// <param name="progress">Told where the run is.</param>
    /// <param name="cancellation">Stops the run; a later one goes on.</param>
    /// <exception cref="PfeException">Input that cannot be used; the message says which.</exception>
    public static ResultsTable Run(
        ReproductionOptions options, Func<FaceDetector> detector, IProgress<ReproductionProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(detector);
        if (options.Models.Count == 0) throw new ArgumentException("at least one model is wanted", nameof(options));
        Directory.CreateDirectory(options.WorkFolder);
        var (pairs, templates) = (LfwPairs.Read(options.LfwPairs), Prepare(options, progress, cancellation));
        var (rows, notes, protocols) = (new List<ResultsRow>(), new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        var lfwName = "";
        foreach (var model in options.Models)
        {
            var baseline = model.Base is { } network ? BaseAlone.Model(network, model.BaseDescription!) : model.Model;
            foreach (var (method, onnx, score, pooling) in new[]
            {
                ("Baseline", baseline, ScoreKind.Cosine, Pooling.Average),
                ("PFE", model.Model, ScoreKind.MutualLikelihood, Pooling.Uncertainty),
            })
            {
                using var embedder = new FaceEmbedder(onnx);
                using var faces = Embedded(options, options.Lfw, embedder, $"{model.Name}: LFW", detector, progress, cancellation);
                var lfw = LfwProtocol.Evaluate(faces, pairs, cancellation: cancellation);
                lfwName = lfw.Protocol;
                if (lfw.PairsLeftOut > 0) notes.Add(
                    $"{model.Name}, {method}: {lfw.PairsLeftOut} of LFW's pairs are left out, as {lfw.MissingImages.Count} images have " +
                        "no embedding");
                var accuracy = lfw.Scores.Single(entry => entry.Score == score);
                var row = new ResultsRow(model.Name, method, accuracy.Accuracy, accuracy.Deviation);
                rows.Add(templates is null ? row : WithTemplates(row, options, templates, embedder, score, pooling, detector, notes,
                    protocols, progress, cancellation));
            }
        }
        return new(lfwName, templates is null ? null : protocols.Single(), rows, [.. notes.Distinct(StringComparer.Ordinal)]);
    }

    private static ResultsRow WithTemplates(ResultsRow row, ReproductionOptions options, TemplateBenchmark templates, FaceEmbedder embedder,
        ScoreKind score,
        Pooling pooling, Func<FaceDetector> detector, List<string> notes, HashSet<string> protocols,
            IProgress<ReproductionProgress>? progress,
            CancellationToken cancellation)
    {
        using var faces = Embedded(options, templates.Images, embedder, $"{row.Model}: templates", detector, progress, cancellation);
        progress?.Report(new($"{row.Model}, {row.Method}: comparing templates", null));
        var result = templates.IjbAFolder is { } folder
            ? IjbA.Evaluate(folder, faces, cancellation: cancellation)
            : IjbC.Evaluate(templates.Lists!, faces, bootstrap: options.Bootstrap, cancellation: cancellation);
        protocols.Add(result.Protocol);
        if (result.ImagesMissing > 0)
            notes.Add(
                $"{row.Model}: {result.ImagesMissing} of {result.Images} images of the templates have no embedding; " +
                    $"{result.TemplatesWithoutImages} templates are left " +
                "without any, and their pairs are rejected");
        var rate = result.Methods.Single(method => method.Pooling == pooling && method.Score == score && !method.MediaAware).Rates
            .Single(rate => rate.RequestedFar == ResultsTable.Far);
        return row with { Tar = rate.Tar, TarDeviation = rate.TarDeviation, TarLow = rate.TarLow, TarHigh = rate.TarHigh };
    }

    /// <summary>IJB-A's faces are cut out of its images first, where its own images were given.</summary>
    private static TemplateBenchmark? Prepare(ReproductionOptions options, IProgress<ReproductionProgress>? progress,
        CancellationToken cancellation)
    {
        if (options.Templates is not { CropMetadata: { } metadata } templates) return options.Templates;
        var (crops, faces) = (Path.Combine(options.WorkFolder, "ijba-cropped"), IjbaMetadata.Read(metadata));
        var told = new SynchronousProgress<ImageProgress>(images => progress?.Report(new("IJB-A: cutting the faces out", images)));
        IjbaCropRun.Run(faces, templates.Images.Folder, crops, progress: told, cancellation: cancellation);
        return templates with { Images = templates.Images with { Folder = crops } };
    }

    /// <summary>The file's name holds all that went in: another model or image is another file, and an old one is never taken for the
    /// new.</summary>
    private static EmbeddingSet Embedded(ReproductionOptions options, BenchmarkImages images, FaceEmbedder embedder, string step,
        Func<FaceDetector> detector,
        IProgress<ReproductionProgress>? progress, CancellationToken cancellation)
    {
        var sources = images.Sources();
        var path = Path.Combine(options.WorkFolder, $"{Key(sources, images.Aligned, embedder)}.safetensors");
        if (!File.Exists(path))
        {
            progress?.Report(new(step, null));
            using var found = images.Aligned || sources.All(source => source.Landmarks is not null) ? null : detector();
            var told = new SynchronousProgress<ImageProgress>(done => progress?.Report(new(step, done)));
            EmbeddingRun.Run(sources, embedder, found, path, new EmbeddingRunOptions
            {
                Aligned = images.Aligned,
                Workers = options.Workers
            }, told, cancellation);
        }
        return EmbeddingSet.Load(path);
    }

    private static string Key(IReadOnlyList<FaceSource> sources, bool aligned, FaceEmbedder embedder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string line) => hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
        Add($"{embedder.Sha256} {(aligned ? "aligned" : "photographs")}");
        foreach (var source in sources)
        {
            var file = new FileInfo(source.Path);
            Add(string.Create(CultureInfo.InvariantCulture,
                $"{source.Name} {source.Landmarks} {(file.Exists ? $"{file.Length} {file.LastWriteTimeUtc.Ticks}" : "missing")}"));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }
}
