using Pfe.Calibration;
using Pfe.Evaluation.Pairs;
using Pfe.Scoring;

namespace Pfe.Evaluation.Statistics;

/// <summary>A calibration fitted on all persons of a set, and how well one fitted on half of them does on the other half.</summary>
/// <param name="Calibration">Fitted on everybody.</param>
/// <param name="HeldOut">The check.</param>
/// <param name="Intervals">How sure the check is.</param>
/// <param name="HeldOutPersons">Persons that the check's fit did not see.</param>
internal sealed record FittedCalibration(
    ScoreCalibration Calibration, Reliability HeldOut, ReliabilityIntervals Intervals, int HeldOutPersons)
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
        var uncertainty = FaceUncertainty.Of(faces);
        ScoreCalibration Fit(PairList part) =>
            CalibrationFit.Fit(ScoredPairs.Of(faces, part.First, part.Second, part.Same, kind, cancellation), uncertainty, kind,
                faces.Dimension, source, cancellation);
        var (whole, others) = (Fit(pairs), Half(pairs, 1));
        ScoreCalibration half;
        try { half = Fit(Half(pairs, 0)); }
        catch (PfeException e)
        {
            throw new PfeException($"half of the {labels.Names.Count} persons are set aside to check the fit, and " +
            $"the other half is too little: {e.Message}", e);
        }
        var evidence = half.LogLikelihoodRatios(ScoredPairs.Of(faces, others.First, others.Second, others.Same, kind, cancellation));
        return new(whole, Reliability.Of(evidence, others.Same.Span), ReliabilityIntervals.Of(evidence, others, cancellation: cancellation),
            labels.Names.Count / 2);
    }

    // Pairs within every second person; those between the halves belong to neither.
    private static PairList Half(PairList pairs, int parity)
    {
        int At(ReadOnlyMemory<int> rows, int n) => pairs.Identities![rows.Span[n]];
        var kept = Enumerable.Range(0, pairs.Count).Where(n => At(pairs.First, n) % 2 == parity && At(pairs.Second, n) % 2 == parity)
            .ToArray();
        return new([.. kept.Select(n => pairs.First.Span[n])], [.. kept.Select(n => pairs.Second.Span[n])],
            [.. kept.Select(n => pairs.Same.Span[n])], [.. pairs.Identities!]);
    }
}
