using Pfe.Calibration;
using Pfe.Evaluation.Pairs;
using Pfe.Evaluation.Statistics;
using Pfe.Reporting.Data;
using Pfe.Reporting.Demo;
using Pfe.Reporting.Measures;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Imaging;

namespace Pfe.Reporting.Report;

/// <summary>
/// A model judged without any data set: what its file says of itself, and what it does with the faces of a few photographs, as they are and
/// damaged. As in <see cref="UncertaintyDemo"/>, a face and its damaged copies are one person, two faces of one photograph two.
/// </summary>
internal static class ModelReport
{
    /// <summary>Measures.</summary>
    /// <param name="name">What the photographs are called.</param>
    /// <param name="photographs">Paths of photographs; one with several faces at least, as two faces of one photograph are what tells
    /// strangers apart.</param>
    /// <param name="embedder">The model.</param>
    /// <param name="detector">Finds the faces.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">A photograph cannot be read, there are too few faces, or none shares a photograph.</exception>
    public static ReportData Measure(
        string name, IReadOnlyList<string> photographs, FaceEmbedder embedder, IFaceDetector detector, IProgress<string>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        var demo = UncertaintyDemo.Prepare(photographs, detector, embedder, progress, cancellation);
        int[] persons = [.. demo.Faces.Select(face => face.Face)];
        var labels = new LabelledFaces([.. persons.Distinct().Select(person => $"face {person + 1}")], persons);
        var pairs = Pairs(demo, persons);
        if (pairs.ImpostorCount == 0)
            throw new PfeException("no photograph shows two faces, so there are no pairs of different people; add a group photograph");
        progress?.Report("damaging faces");
        Image[] plain = [.. demo.Faces.Where(face => face.Damage is null).Select(face => Align(face, embedder.Template))];
        var calibration = ScoreCalibration.FromMetadata(embedder.Metadata, "the model");
        return ReportData.Of(name, demo.Embeddings, labels, pairs, cancellation) with
        {
            Title = $"Model report: {embedder.Description.Name}",
            Model = ModelFacts.Of(embedder),
            Calibration = calibration,
            Qualities = ReportData.QualitiesIn(demo.Embeddings),
            Notes = [(name, "a face and its four damaged copies count as one person, two faces of one photograph as two; four of five " +
                "faces are damaged, so these numbers show what sigma does with damage and not how well the model does on usual " +
                "photographs")],
            Others = calibration is null ? [] : [("quantiles of the calibration's faces", [.. calibration.Quality.Uncertainties])],
            Thumbnails = new FaceThumbnails(row => Align(demo.Faces[row], AlignmentTemplate.ArcFace)),
            Damage = DamageStudy.Of(plain, embedder, cancellation),
        };
    }

    private static PairList Pairs(UncertaintyDemo demo, int[] persons)
    {
        var pairs = demo.Pairs();
        return new([.. pairs.Select(pair => pair.First)], [.. pairs.Select(pair => pair.Second)], [.. pairs.Select(pair => pair.Same)],
            persons);
    }

    private static Image Align(DemoFace face, AlignmentTemplate template) =>
        Warp.ToImage(face.Picture, template.ToSource(face.Landmarks), template.Width, template.Height);
}
