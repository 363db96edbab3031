using Pfe.Evaluation.Ijb;
using Pfe.Evaluation.Metrics;
using Pfe.Onnx;
using Pfe.Vision.Faces;

namespace Pfe.Reporting.Reproduction;

/// <summary>A model of the table: two of its rows.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Model">The PFE model: mu and log variance.</param>
/// <param name="Base">The base network that the baseline is measured with, with its description in its metadata or in
/// <paramref name="BaseDescription"/>; null for the PFE model's own mu, which is that network's embedding.</param>
/// <param name="BaseDescription">What the base wants; null where there is no base.</param>
internal sealed record ReproducedModel(string Name, OnnxModel Model, OnnxModel? Base = null, NetworkDescription? BaseDescription = null);

/// <summary>The images of a benchmark.</summary>
/// <param name="Folder">Where they lie.</param>
/// <param name="Landmarks">A landmark list with paths relative to the folder; null to detect the faces.</param>
/// <param name="Order">The order of the list's numbers.</param>
/// <param name="Aligned">They are aligned faces already; then there is no list.</param>
internal sealed record BenchmarkImages(string Folder, string? Landmarks = null, LandmarkOrder Order = LandmarkOrder.Interleaved,
    bool Aligned = false)
{
    internal IReadOnlyList<FaceSource> Sources() => Landmarks is { } list ? FaceSource.WithLandmarks(list, Order, Folder)
        : FaceSource.InFolder(Folder);
}

/// <summary>The benchmark of templates.</summary>
/// <param name="Images">The images: for IJB-A the cropped faces, or with <paramref name="CropMetadata"/> the data set's own.</param>
/// <param name="IjbAFolder">Folder of IJB-A's splits; null for a list in IJB-C's form.</param>
/// <param name="Lists">The lists of templates and pairs in IJB-C's form; null for IJB-A.</param>
/// <param name="CropMetadata">IJB-A's metadata.csv: the faces are cut out first.</param>
internal sealed record TemplateBenchmark(BenchmarkImages Images, string? IjbAFolder = null, IjbCFiles? Lists = null,
    string? CropMetadata = null);

/// <summary>What is reproduced.</summary>
internal sealed record ReproductionOptions
{
    /// <summary>The models, each of which gives two rows.</summary>
    public required IReadOnlyList<ReproducedModel> Models { get; init; }

    /// <summary>Where crops and embeddings are kept: a later run with the same input goes on from them.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>LFW's images.</summary>
    public required BenchmarkImages Lfw { get; init; }

    /// <summary>LFW's pairs.txt.</summary>
    public required string LfwPairs { get; init; }

    /// <summary>The benchmark of templates; null for LFW alone.</summary>
    public TemplateBenchmark? Templates { get; init; }

    /// <summary>How intervals are made where there are no splits to give a deviation; null for none.</summary>
    public BootstrapOptions? Bootstrap { get; init; } = new();

    /// <summary>Images worked on at the same time; 0 for one a core.</summary>
    public int Workers { get; init; }
}

/// <summary>Where a reproduction is.</summary>
/// <param name="Step">What is done, such as <c>64-CNN: LFW</c>.</param>
/// <param name="Images">How far it is; null when a step begins or has no images.</param>
internal sealed record ReproductionProgress(string Step, ImageProgress? Images);
