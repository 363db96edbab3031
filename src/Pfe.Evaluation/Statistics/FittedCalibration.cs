using Pfe.Calibration;
using Pfe.Evaluation.Pairs;
using Pfe.Scoring;

namespace Pfe.Evaluation.Statistics;

/// <summary>A calibration fitted on all persons of a set, and how well one fitted on half of them does on the other half.</summary>
/// <param name="Calibration">Fitted on everybody.</param>
/// <param name="HeldOut">The check.</param>
/// <param name="Intervals">How sure the check is.</param>
/// <param name="HeldOutPersons">Persons that the check's fit did not see.</param>
/// <param name="Reviewed">The same check on decisions of people; null where there are none.</param>
internal sealed record FittedCalibration(
    ScoreCalibration Calibration, Reliability HeldOut, ReliabilityIntervals Intervals, int HeldOutPersons, ReviewedCheck? Reviewed)
{
    /// <summary>Fits and checks.</summary>
    /// <param name="faces">Faces with paths like person/image.jpg, of people the model was not trained on.</param>
    /// <param name="kind">Which score.</param>
    /// <param name="source">What the faces are, in words.</param>
    /// <param name="reviewed">Pairs that people decided, fitted along; null for none.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">Too few pairs, or a sigma that is the same for every face.</exception>
    public static FittedCalibration Of(EmbeddingSet faces, ScoreKind kind, string source, ReviewedPairs? reviewed = null,
        CancellationToken cancellation = default)
    {
        var labels = LabelledFaces.FromFolders(faces.Paths);
        var pairs = labels.Pairs();
        var uncertainty = FaceUncertainty.Of(faces);
        ScoreCalibration Fit(PairList part, ScoredPairs? decided) =>
            CalibrationFit.Fit(ScoredPairs.Of(faces, part.First, part.Second, part.Same, kind, cancellation), decided, uncertainty, kind,
                faces.Dimension, source, cancellation);
        var (whole, others) = (Fit(pairs, reviewed?.Scored()), Half(pairs, 1));
        ScoreCalibration half;
        try { half = Fit(Half(pairs, 0), reviewed?.Scored(n => n % 2 == 0)); }
        catch (PfeException e)
        {
            throw new PfeException($"half of the {labels.Names.Count} persons are set aside to check the fit, and " +
            $"the other half is too little: {e.Message}", e);
        }
        var evidence = half.LogLikelihoodRatios(ScoredPairs.Of(faces, others.First, others.Second, others.Same, kind, cancellation));
        return new(whole, Reliability.Of(evidence, others.Same.Span), ReliabilityIntervals.Of(evidence, others, cancellation: cancellation),
            labels.Names.Count / 2, reviewed is null ? null : ReviewedCheck.Of(half, reviewed.Scored(n => n % 2 == 1)));
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

/// <summary>What a calibration says of decided pairs that its fit did not see, and what people decided.</summary>
/// <param name="Pairs">How many there are.</param>
/// <param name="Stated">Their mean P(same), one person and two being equally likely before.</param>
/// <param name="Observed">The share decided "same".</param>
/// <param name="Low">Lower end of its 95 % interval.</param>
/// <param name="High">Upper end.</param>
internal sealed record ReviewedCheck(int Pairs, double Stated, double Observed, double Low, double High)
{
    /// <summary>Checks; null without pairs.</summary>
    public static ReviewedCheck? Of(ScoreCalibration calibration, ScoredPairs pairs)
    {
        if (pairs.Count == 0) return null;
        var observed = RateInterval.Of(pairs.GenuineCount, pairs.Count);
        return new(pairs.Count, calibration.LogLikelihoodRatios(pairs).Average(ScoreCalibration.Sigmoid), observed.Rate, observed.Low,
            observed.High);
    }
}
