using Pfe.Calibration;
using Pfe.Evaluation.Statistics;
using Pfe.Reporting.Data;
using Pfe.Reporting.Explain;
using Pfe.Reporting.Figures;
using Pfe.Reporting.Measures;
using Pfe.Reporting.Report;
using Pfe.Scoring;
using Pfe.Vision;
using Pfe.Vision.Imaging;

namespace Pfe.Samples.Cookbook;

/// <summary>What docs/cookbook.md shows. A test runs every recipe and holds the committed pictures to what comes out.</summary>
public static class Recipes
{
    private const int Images = 8;

    /// <summary>A report over a set of faces: all its figures.</summary>
    public static FaceReport Report()
    {
        var faces = SimulatedFaces.Draw(persons: 120, images: Images);
        var labels = LabelledFaces.FromFolders(faces.Paths);
        var data = ReportData.Of("drawn faces", faces, labels) with
        {
            Calibration = Calibrate(),
            Thumbnails = new FaceThumbnails(row => SimulatedFaces.Picture(row, Images)),
            Qualities = [("sharpness",
                [.. Enumerable.Range(0, faces.Count).Select(row => Sharpness.Of(SimulatedFaces.Picture(row, Images)))])],
            Groups = [.. labels.Identities.Select(person => person % 3 == 0 ? "round" : "square")],
            Others = [("other camera", FaceUncertainty.Of(SimulatedFaces.Draw(persons: 40, images: Images, seed: 2)))],
            Damage = Damage(),
        };
        return FaceReport.Of(data);
    }

    /// <summary>From score to probability, fitted on other people than it is used on.</summary>
    public static ScoreCalibration Calibrate()
    {
        var faces = SimulatedFaces.Draw(persons: 120, images: Images, seed: 3);
        var pairs = LabelledFaces.FromFolders(faces.Paths).Pairs();
        var scored = ScoredPairs.Of(faces, pairs.First, pairs.Second, pairs.Same);
        return CalibrationFit.Fit(scored, FaceUncertainty.Of(faces), ScoreKind.MutualLikelihood, faces.Dimension, "drawn faces, seed 3");
    }

    /// <summary>Three answers rather than two: what a comparison says, and why.</summary>
    public static Verdict Compare()
    {
        var calibration = Calibrate();
        var faces = SimulatedFaces.Draw(persons: 2, images: Images);
        var score = MutualLikelihood.Score(faces[0], faces[1]);
        return calibration.Decide(score, FaceUncertainty.Of(faces[0]), FaceUncertainty.Of(faces[1]));
    }

    /// <summary>A threshold with a stated false-match rate, and how sure it is.</summary>
    public static ThresholdEstimate Threshold()
    {
        var faces = SimulatedFaces.Draw(persons: 120, images: Images);
        var scored = ScoredPairList.Of(faces, LabelledFaces.FromFolders(faces.Paths).Pairs(), ScoreKind.MutualLikelihood);
        return ThresholdEstimate.Find(scored.Impostor, falseMatchRate: 1e-3);
    }

    /// <summary>What damage does to sigma. The stand-in for a network measures how blurred, dark, or empty a drawing is.</summary>
    public static DamageStudy Damage() =>
        DamageStudy.Of([.. Enumerable.Range(0, 12).Select(SimulatedFaces.DrawnHead)], images =>
            [.. images.Select(image => -4 - 0.35 * Math.Log(Sharpness.Of(image) + 1))]);

    /// <summary>Where in a face its uncertainty and its identity come from.</summary>
    public static Figure Explain() => OcclusionMap.Of(SimulatedFaces.DrawnHead(3), LooksAtBlocks).Draw();

    /// <summary>A stand-in for a network: a dimension for each of 8 x 8 blocks, its brightness as mean, and the flatter it is, the larger
    /// its variance.</summary>
    private static FaceEmbedding LooksAtBlocks(Image face)
    {
        const int Blocks = 8;
        var side = face.Width / Blocks;
        var (mu, logVariance) = (new float[Blocks * Blocks], new float[Blocks * Blocks]);
        for (var block = 0; block < mu.Length; block++)
        {
            var (sum, squares) = (0.0, 0.0);
            for (var at = 0; at < side * side; at++)
            {
                var (x, y) = (block % Blocks * side + at % side, block / Blocks * side + at / side);
                var green = face.Pixels[3 * (y * face.Width + x) + 1] / 255.0;
                (sum, squares) = (sum + green, squares + green * green);
            }
            var mean = sum / (side * side);
            mu[block] = (float)(mean - 0.5);
            logVariance[block] = (float)(-4 - 0.5 * Math.Log(1 + 1000 * Math.Max(0, squares / (side * side) - mean * mean)));
        }
        return new FaceEmbedding(mu, logVariance);
    }
}
