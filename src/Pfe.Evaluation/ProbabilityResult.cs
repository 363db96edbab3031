using System.Text.Json.Serialization;
using Pfe.Calibration;
using Pfe.Evaluation.Metrics;
using Pfe.Evaluation.Pairs;
using Pfe.Scoring;

namespace Pfe.Evaluation;

/// <summary>How the three answers fall on pairs of one kind.</summary>
/// <param name="Pairs">How many pairs.</param>
/// <param name="Same">Answered "one person".</param>
/// <param name="Different">Answered "two persons".</param>
/// <param name="CannotTell">Not decided.</param>
public sealed record VerdictCounts(int Pairs, int Same, int Different, int CannotTell);

/// <summary>A share of pairs that got the wrong answer, beside the one the calibration promises.</summary>
/// <param name="Stated">What the calibration promises at most.</param>
/// <param name="Rate">What was found.</param>
/// <param name="Low">Lower end of its interval; null without one.</param>
/// <param name="High">Upper end; null without one.</param>
public sealed record StatedRate(double Stated, double Rate, double? Low, double? High);

/// <summary>What a calibration's probabilities and answers are worth on a protocol's pairs, which it was not fitted on.</summary>
/// <param name="Source">What the calibration was fitted on, in its own words.</param>
/// <param name="Score">The score it turns into probabilities.</param>
/// <param name="ExpectedCalibrationError">Mean distance between stated and observed share of one person (ECE), both kinds of pairs weighing
/// the same.</param>
/// <param name="Cllr">Cost of the log likelihood ratios in bits: 0 perfect, 1 as good as saying nothing.</param>
/// <param name="CllrMin">The least that any monotone mapping of the same evidence could have; the rest is miscalibration.</param>
/// <param name="Genuine">Answers on pairs of one person.</param>
/// <param name="Impostor">Answers on pairs of two persons.</param>
/// <param name="FalseMatch">Share of the impostor pairs that are answered "one person".</param>
/// <param name="FalseNonMatch">Share of the genuine pairs that are answered "two persons".</param>
public sealed record ProbabilityResult(string Source, ScoreKind Score, double ExpectedCalibrationError, double Cllr, double CllrMin,
    VerdictCounts Genuine, VerdictCounts Impostor, StatedRate FalseMatch, StatedRate FalseNonMatch)
{
    private const int MostResampled = 2_000_000;

    /// <summary>What is stated and observed of the pairs told 10 % to 90 %; null where there are none, and for a mean over
    /// splits.</summary>
    [JsonInclude]
    internal ReliabilityBin? Middle { get; init; }

    /// <summary>How sure ECE, Cllr and the middle are; null without a bootstrap, for a mean over splits, and of more than two million
    /// pairs (minutes of work).</summary>
    [JsonInclude]
    internal ReliabilityIntervals? Intervals { get; init; }

    /// <summary>The reliability diagram, only bins that hold pairs; empty for a mean over splits.</summary>
    [JsonInclude]
    internal IReadOnlyList<ReliabilityBin> Bins { get; init; } = [];

    /// <summary>Whether the answers are the trust head's, as those of a comparison are where the faces' model has one.</summary>
    public bool Trust { get; init; }

    /// <summary>
    /// Judges a calibration on pairs of faces. Where it is the one of the faces' own model and that has a trust head, the answers are the
    /// trust calibration's: what a comparison of the two photographs would say.
    /// </summary>
    /// <param name="calibration">The calibration.</param>
    /// <param name="faces">The faces.</param>
    /// <param name="pairs">Pairs of their rows; both kinds must occur.</param>
    /// <param name="bootstrap">How to make the intervals; null for none.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="PfeException">The calibration is for another D.</exception>
    public static ProbabilityResult Of(
        ScoreCalibration calibration, EmbeddingSet faces, PairList pairs, BootstrapOptions? bootstrap = null,
        CancellationToken cancellation = default)
    {
        RequireDimension(calibration, faces.Dimension);
        var scores = PairScores.Of(faces, pairs, calibration.Score, cancellation);
        if (TrustOf(faces, calibration) is not { } trust)
        {
            var uncertainty = FaceUncertainty.Of(faces);
            return Of(calibration.Source, calibration.Score, calibration.DefaultFalseMatchRate, pairs,
                n => calibration.Decide(scores[n], uncertainty[pairs.First.Span[n]], uncertainty[pairs.Second.Span[n]]), bootstrap,
                cancellation);
        }
        var cosines = PairScores.Of(faces, pairs, ScoreKind.Cosine, cancellation);
        return Of(trust.Source, calibration.Score, trust.DefaultFalseMatchRate, pairs,
            n => trust.Decide(cosines[n], FaceTrust.Of(faces, pairs.First.Span[n])!.Value, FaceTrust.Of(faces,
                pairs.Second.Span[n])!.Value), bootstrap, cancellation) with
        { Trust = true };
    }

    private static TrustCalibration? TrustOf(EmbeddingSet faces, ScoreCalibration calibration)
    {
        if (FaceTrust.Of(faces, 0) is null) return null;
        var own = ScoreCalibration.FromMetadata(faces.Metadata, "the embeddings");
        return own?.ToJson() == calibration.ToJson() ? TrustCalibration.FromMetadata(faces.Metadata, "the embeddings") : null;
    }

    private static ProbabilityResult Of(string source, ScoreKind score, double falseMatchRate, PairList pairs, Func<int, Verdict> decide,
        BootstrapOptions? bootstrap, CancellationToken cancellation)
    {
        var (evidence, answers) = (new double[pairs.Count], new Answer[pairs.Count]);
        Parallel.For(0, pairs.Count, new ParallelOptions { CancellationToken = cancellation }, n =>
        {
            var verdict = decide(n);
            (evidence[n], answers[n]) = (verdict.LogLikelihoodRatio, verdict.Answer);
        });
        var judged = Reliability.Of(evidence, pairs.Same.Span);
        var (genuine, impostor) = (Count(answers, pairs, same: true), Count(answers, pairs, same: false));
        double[] rates = [(double)impostor.Same / impostor.Pairs, (double)genuine.Different / genuine.Pairs];
        var intervals = bootstrap is null
            ? null : new PairBootstrap(pairs)
            .Intervals(rates, weight => WrongShares(answers, pairs.Same.Span, weight), bootstrap, cancellation);
        return new(source, score, judged.ExpectedCalibrationError, judged.Cllr, judged.CllrMin, genuine, impostor,
            Rate(falseMatchRate, impostor.Same, impostor.Pairs, intervals?[0]),
            Rate(ScoreCalibration.FalseNonMatchRate, genuine.Different, genuine.Pairs, intervals?[1]))
        {
            Middle = judged.Middle,
            Intervals = bootstrap is null || pairs.Count > MostResampled
                ? null : ReliabilityIntervals.Of(evidence, pairs, bootstrap, cancellation),
            Bins = judged.Bins,
        };
    }

    /// <summary>Counts summed and rates averaged over splits.</summary>
    /// <param name="splits">One result a split, of one calibration.</param>
    internal static ProbabilityResult Over(IReadOnlyList<ProbabilityResult> splits) => splits[0] with
    {
        ExpectedCalibrationError = splits.Average(split => split.ExpectedCalibrationError),
        Cllr = splits.Average(split => split.Cllr),
        CllrMin = splits.Average(split => split.CllrMin),
        Genuine = Sum(splits.Select(split => split.Genuine)),
        Impostor = Sum(splits.Select(split => split.Impostor)),
        FalseMatch = new(splits[0].FalseMatch.Stated, splits.Average(split => split.FalseMatch.Rate), null, null),
        FalseNonMatch = new(splits[0].FalseNonMatch.Stated, splits.Average(split => split.FalseNonMatch.Rate), null, null),
        Middle = null,
        Intervals = null,
        Bins = [],
    };

    internal static void RequireDimension(ScoreCalibration calibration, int dimension)
    {
        if (calibration.Dimension != dimension)
            throw new PfeException($"the calibration is for D = {calibration.Dimension}, the embeddings have D = {dimension}; they come " +
                "from different models");
    }

    private static VerdictCounts Count(Answer[] answers, PairList pairs, bool same)
    {
        var labels = pairs.Same.Span;
        var counts = new int[3];
        for (var n = 0; n < answers.Length; n++)
            if (labels[n] == same) counts[(int)answers[n]]++;
        return new(counts.Sum(), counts[(int)Answer.Same], counts[(int)Answer.Different], counts[(int)Answer.CannotTell]);
    }

    private static double[] WrongShares(Answer[] answers, ReadOnlySpan<bool> same, Func<int, int> weight)
    {
        var (genuine, impostor, rejected, accepted) = (0L, 0L, 0L, 0L);
        for (var n = 0; n < answers.Length; n++)
        {
            long w = weight(n);
            if (same[n]) (genuine, rejected) = (genuine + w, answers[n] == Answer.Different ? rejected + w : rejected);
            else (impostor, accepted) = (impostor + w, answers[n] == Answer.Same ? accepted + w : accepted);
        }
        return [(double)accepted / impostor, (double)rejected / genuine];
    }

    // The wider of the bootstrap's interval, which knows that pairs share persons, and Wilson's, which holds where hardly an error was
    // seen.
    private static StatedRate Rate(double stated, int errors, int pairs, Interval? interval)
    {
        var counted = RateInterval.Of(errors, pairs);
        return interval is { } drawn
            ? new(stated, counted.Rate, Math.Min(counted.Low, Math.Max(0, drawn.Low)), Math.Max(counted.High, Math.Min(1, drawn.High)))
            : new(stated, counted.Rate, null, null);
    }

    private static VerdictCounts Sum(IEnumerable<VerdictCounts> counts) =>
        counts.Aggregate((a, b) => new(a.Pairs + b.Pairs, a.Same + b.Same, a.Different + b.Different, a.CannotTell + b.CannotTell));
}
