using Pfe.Calibration;
using Pfe.Evaluation.Statistics;
using Pfe.Reporting.Measures;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Reporting.Data;

/// <summary>What a report may be given beside the embeddings; everything is optional.</summary>
internal sealed record ReportSources
{
    /// <summary>Folder that the embeddings' paths are relative to.</summary>
    public string? Images { get; init; }

    /// <summary>A CSV file with the columns path and group.</summary>
    public string? Groups { get; init; }

    /// <summary>CSV files with the columns path and quality, higher for better.</summary>
    public IReadOnlyList<string> Qualities { get; init; } = [];

    /// <summary>From score to probability.</summary>
    public ScoreCalibration? Calibration { get; init; }

    /// <summary>The trust calibration, with its table by kinds; null for the one that the embeddings carry.</summary>
    public TrustCalibration? Trust { get; init; }

    /// <summary>The model, to measure what damage does to sigma; with <see cref="Images"/> and <see cref="Detector"/>.</summary>
    public FaceEmbedder? Embedder { get; init; }

    /// <summary>Finds the faces that are damaged.</summary>
    public FaceDetector? Detector { get; init; }
}

/// <summary>The embedding files of a report, open.</summary>
internal sealed class ReportInputs : IDisposable
{
    private const int DamagedFaces = 24;

    private readonly IReadOnlyList<(string Name, EmbeddingSet Faces)> _sets;

    private ReportInputs(IReadOnlyList<(string, EmbeddingSet)> sets) => _sets = sets;

    /// <summary>Opens embedding files; the first is reported on, the others' sigma is laid beside it.</summary>
    /// <param name="files">At least one.</param>
    /// <exception cref="PfeException">A file is missing or no embedding file.</exception>
    public static ReportInputs Load(IReadOnlyList<string> files)
    {
        var sets = new List<(string, EmbeddingSet)>();
        try
        {
            foreach (var file in files) sets.Add((Path.GetFileNameWithoutExtension(file), EmbeddingSet.Load(file)));
            return new(sets);
        }
        catch
        {
            foreach (var (_, faces) in sets) faces.Dispose();
            throw;
        }
    }

    /// <summary>The first set, which is reported on; it stays open with the inputs.</summary>
    public EmbeddingSet Faces => _sets[0].Faces;

    /// <summary>Measures the first set.</summary>
    /// <param name="sources">What else there is.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellation">Stops the work.</param>
    public ReportData Measure(ReportSources sources, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        var (name, faces) = _sets[0];
        if (sources.Calibration is { } calibration && calibration.Dimension != faces.Dimension)
            throw new PfeException($"the calibration is for D = {calibration.Dimension}, '{name}' has D = {faces.Dimension}; they come " +
                "from different models");
        if (sources.Images is { } folder && !faces.Paths.Any(path => File.Exists(Path.Combine(folder, path))))
            throw new PfeException($"none of the images is in '{folder}', not even '{faces.Paths[0]}'; give the folder that was " +
                "embedded");
        var groups = sources.Groups is { } table ? PathTable.Read(table, "group") : null;
        var words = groups?.Words(faces.Paths) ?? [];
        progress?.Report("scoring pairs");
        return ReportData.Of(name, faces, LabelledFaces.FromFolders(faces.Paths), cancellation: cancellation) with
        {
            Calibration = sources.Calibration,
            Trust = sources.Trust ?? TrustCalibration.FromMetadata(faces.Metadata, name),
            Model = sources.Embedder is { } model ? ModelFacts.Of(model) : [],
            Qualities = [.. ReportData.QualitiesIn(faces),
                .. sources.Qualities.Select(
                file => (Path.GetFileNameWithoutExtension(file), PathTable.Read(file, "quality").Numbers(faces.Paths)))],
            Groups = words,
            Notes = groups is null ? []
                : [("groups",
                $"{words.OfType<string>().Distinct(StringComparer.Ordinal).Count()}; {words.Count(word => word is null):#,0} of " +
                $"{faces.Count:#,0} faces are in none, {groups.UnmatchedCount(faces.Paths):#,0} lines name no face")],
            Others = [.. _sets.Skip(1).Select(set => (set.Name, FaceUncertainty.Of(set.Faces)))],
            Thumbnails = sources.Images is { } images ? FaceThumbnails.InFolder(images, faces.Paths) : null,
            Damage = StudyDamage(faces, sources, progress, cancellation),
        };
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var (_, faces) in _sets) faces.Dispose();
    }

    private static DamageStudy? StudyDamage(
        EmbeddingSet faces, ReportSources sources, IProgress<string>? progress, CancellationToken cancellation)
    {
        if (sources is not { Embedder: { } embedder, Detector: { } detector, Images: { } root }) return null;
        progress?.Report("damaging faces");
        var aligned = new List<Image>();
        for (var row = 0; row < faces.Count && aligned.Count < DamagedFaces; row += Math.Max(1, faces.Count / DamagedFaces))
        {
            var path = Path.Combine(root, faces.Paths[row]);
            try { aligned.Add(AlignmentRun.Align(new FaceSource(path, path), detector, embedder.Template).Face); }
            catch (ImageException) { /* without a face that is found there is nothing to damage; the others do */ }
        }
        return aligned.Count == 0 ? null : DamageStudy.Of(aligned, embedder, cancellation);
    }
}
