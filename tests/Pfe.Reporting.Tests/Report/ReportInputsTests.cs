using Pfe.Calibration;
using Pfe.Reporting.Data;
using Pfe.Reporting.Figures;
using Pfe.Reporting.Report;
using Pfe.Samples.Cookbook;
using Pfe.TestSupport;

namespace Pfe.Reporting.Tests.Report;

public sealed class ReportInputsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sigma_is_compared_with_the_norm_the_detector_score_and_the_sharpness_that_the_file_holds()
    {
        var certainty = Array.ConvertAll(FaceUncertainty.Of(SimulatedFaces.Draw(60, 6)), value => (float)-value);
        var data = Measure(new()
        {
            [EmbeddingSet.Norm] = certainty, [EmbeddingSet.DetectionScore] = [float.NaN, .. certainty.Skip(1)],
            [EmbeddingSet.Sharpness] = certainty
        });

        var curves = QualityFigures.Study(data, data.Cosine, 10).Rows.Select(row => row.Curve).ToArray();
        curves.Select(curve => curve.Name).ShouldBe(["sigma", "embedding norm", "detector score", "sharpness", "random order"]);
        // A norm that orders the faces as sigma does gives sigma's curve.
        curves[1].PartialArea.ShouldBe(curves[0].PartialArea, 1e-9);
        data.Qualities[1].Values[0].ShouldBe(double.NegativeInfinity);
    }

    [Fact]
    public void A_column_without_a_number_is_no_curve()
    {
        var nothing = Enumerable.Repeat(float.NaN, 360).ToArray();
        Measure(new() { [EmbeddingSet.Norm] = nothing, [EmbeddingSet.DetectionScore] = nothing }).Qualities.ShouldBeEmpty();
        Measure([]).Qualities.ShouldBeEmpty();
    }

    private ReportData Measure(Dictionary<string, float[]> columns)
    {
        var drawn = SimulatedFaces.Draw(60, 6);
        float[] mu = [.. Enumerable.Range(0, drawn.Count).SelectMany(row => drawn.Mu(row).ToArray())];
        float[] logVariance = [.. Enumerable.Range(0, drawn.Count).SelectMany(row => drawn.LogVariance(row).ToArray())];
        var file = _folder.File("faces.safetensors");
        new EmbeddingSet(drawn.Dimension, mu, logVariance, drawn.Paths, columns: columns).Save(file);
        using var inputs = ReportInputs.Load([file]);
        return inputs.Measure(new());
    }
}
