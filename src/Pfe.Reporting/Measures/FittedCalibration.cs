using Pfe.Calibration;
using Pfe.Evaluation.Pairs;
using Pfe.Scoring;

namespace Pfe.Reporting.Measures;

/// <summary>A calibration fitted on all persons of a set, and how well one fitted on half of them does on the other half.</summary>
/// <param name="Calibration">Fitted on everybody.</param>
/// <param name="HeldOut">The check.</param>
/// <param name="HeldOutPersons">Persons that the check's fit did not see.</param>
public sealed record FittedCalibration(ScoreCalibration Calibration, Reliability HeldOut, int HeldOutPersons)
{
    /// <summary>Fits and checks.</summary>
    /// <param name="faces">Faces with paths like person/image.jpg, of people the model was not trained on.</param>
    /// <param name="kind">Which score.</param>
    /// <param name="source">What the faces are, in words.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">Too few pairs, or a sigma that is the same for every face.</exception>
    public static FittedCalibration Of(EmbeddingSet faces, ScoreKind kind, string source, CancellationToken cancellation = default)
    {
        var labels = LabelledFaces.FromFolders(faces.Paths);
        var pairs = labels.Pairs();
        var all = ScoredPairs.Of(faces, pairs.First, pairs.Second, pairs.Same, kind, cancellation);
        var uncertainty = FaceUncertainty.Of(faces);
        var half = CalibrationFit.Fit(Half(all, pairs, labels, 0), uncertainty, kind, faces.Dimension, source, cancellation);
        return new(CalibrationFit.Fit(all, uncertainty, kind, faces.Dimension, source, cancellation), Reliability.Of(half, Half(all, pairs, labels, 1)), labels.Names.Count / 2);
    }

    // Pairs within every second person; those between the halves belong to neither.
    private static ScoredPairs Half(ScoredPairs all, PairList pairs, LabelledFaces labels, int parity)
    {
        var kept = Enumerable.Range(0, all.Count).Where(n => labels.Identities[pairs.First.Span[n]] % 2 == parity && labels.Identities[pairs.Second.Span[n]] % 2 == parity).ToArray();
        return new([.. kept.Select(n => all.Scores[n])], [.. kept.Select(n => all.Same[n])], [.. kept.Select(n => all.Uncertainty1[n])], [.. kept.Select(n => all.Uncertainty2[n])]);
    }
}
