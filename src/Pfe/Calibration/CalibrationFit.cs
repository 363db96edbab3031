using Pfe.Scoring;

namespace Pfe.Calibration;

/// <summary>
/// Fits a <see cref="ScoreCalibration"/> to pairs of known answer. Genuine and impostor pairs weigh the same in total, so the fitted log
/// odds are a log likelihood ratio (Bruemmer and du Preez, "Application-independent evaluation of speaker detection", 2006) and any prior
/// can be put in later.
/// </summary>
public static class CalibrationFit
{
    /// <summary>The false-match rates for which thresholds are stored where the impostor pairs support them.</summary>
    public static IReadOnlyList<double> Rates { get; } = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6];

    /// <summary>The fewest genuine pairs.</summary>
    public const int MinGenuinePairs = 30;

    /// <summary>The fewest impostor pairs: 30 errors at the loosest of <see cref="Rates"/>.</summary>
    public const int FewestImpostor = 300;

    // More than that is no lapse but a mixture of two kinds of pairs.
    private const double MaxContamination = 0.25;

    /// <summary>Fits.</summary>
    /// <param name="pairs">Pairs the model was not trained on, of the same kind of photographs as will be compared.</param>
    /// <param name="faces">Uncertainty of every face the pairs were made of, for the quality scale.</param>
    /// <param name="kind">Which score the pairs carry.</param>
    /// <param name="dimension">D of the faces.</param>
    /// <param name="source">What the pairs are, in words.</param>
    /// <param name="cancellation">Stops the fit.</param>
    /// <exception cref="PfeException">Too few pairs of one kind, or a head whose sigma is the same for every face.</exception>
    public static ScoreCalibration Fit(
        ScoredPairs pairs, IReadOnlyCollection<double> faces, ScoreKind kind, int dimension, string source = "",
        CancellationToken cancellation = default) => Fit(pairs, null, faces, kind, dimension, source, cancellation);

    /// <summary>Fits on pairs as they come and on pairs that people decided.</summary>
    /// <remarks>
    /// Reviewed pairs were picked by their scores, and each is the likeliest of a gallery. The first does not change how the odds rise with
    /// the score; the second changes how many are of one person. So they share everything but one number: their own odds before looking.
    /// Thresholds, quality and counts are of the other pairs alone, as a rate has no meaning among picked pairs.
    /// </remarks>
    internal static ScoreCalibration Fit(
        ScoredPairs pairs, ScoredPairs? reviewed, IReadOnlyCollection<double> faces, ScoreKind kind, int dimension, string source,
        CancellationToken cancellation)
    {
        if (pairs.GenuineCount < MinGenuinePairs || pairs.ImpostorCount < FewestImpostor)
            throw new PfeException($"{pairs.GenuineCount} genuine and {pairs.ImpostorCount} impostor pairs are too few; a calibration " +
                $"needs {MinGenuinePairs} and {FewestImpostor}, and some thousands to be worth much");
        var quality = QualityScale.Fit(faces);
        var uncertainty = pairs.Uncertainty1.Zip(pairs.Uncertainty2, FaceUncertainty.OfPair).ToArray();
        var knots = CalibrationKnots.Choose(uncertainty, pairs.GenuineCount);
        var (centre, spread) = Standardise(pairs.Scores);
        // Coefficients: the slopes of all lines, then their offsets, then the unlikeness; last the odds of reviewed pairs, if any.
        var (lines, k) = (knots.Length, 2 * knots.Length + 1 + (reviewed is null ? 0 : 1));
        var count = pairs.Count + (reviewed?.Count ?? 0);
        var (features, weights) = (new double[(long)count * k], new double[count]);
        void Add(int n, ScoredPairs from, int i)
        {
            var (u1, u2) = (from.Uncertainty1[i], from.Uncertainty2[i]);
            // A reviewed face is none of those of the scale: it counts as it will when it is judged.
            if (from == reviewed) (u1, u2) = (quality.Held(u1), quality.Held(u2));
            var (below, share) = CalibrationKnots.Place(FaceUncertainty.OfPair(u1, u2), lines, line => knots[line]);
            var (x, score) = (n * k + below, (from.Scores[i] - centre) / spread);
            (features[x], features[x + 1], features[x + lines], features[x + lines + 1]) =
                ((1 - share) * score, share * score, 1 - share, share);
            features[n * k + 2 * lines] = Math.Abs(u1 - u2);
            weights[n] = 0.5 / (from.Same[i] || from == reviewed ? pairs.GenuineCount : pairs.ImpostorCount);
        }
        for (var n = 0; n < pairs.Count; n++) Add(n, pairs, n);
        for (var n = pairs.Count; n < count; n++)
        {
            Add(n, reviewed!, n - pairs.Count);
            features[n * k + k - 1] = 1;
        }
        // That no lapse is seen among N pairs does not make them rarer than about one in N.
        var (most, startAt) = (Logit(MaxContamination), Logit(0.01));
        var (fewest1, fewest2) = (Logit(1.0 / (pairs.GenuineCount + 2)), Logit(1.0 / (pairs.ImpostorCount + 2)));
        var c = EvidenceRegression.Fit(new(features, k, reviewed is null ? pairs.Same : [.. pairs.Same, .. reviewed.Same], weights),
            start: [.. new double[k], Math.Max(startAt, fewest1), Math.Max(startAt, fewest2)],
            lower: [.. new double[lines], .. Enumerable.Repeat(double.NegativeInfinity, k - lines), fewest1, fewest2],
            upper: [.. Enumerable.Repeat(double.PositiveInfinity, k), most, most], cancellation);
        var lapses = ContaminationRates.FromLogits(c[k], c[k + 1]);
        var calibration = new ScoreCalibration
        {
            Score = kind,
            Dimension = dimension,
            Lines = [.. knots.Select((knot, i) => new EvidenceLine(knot, c[i] / spread, c[lines + i] - c[i] * centre / spread))],
            Unlikeness = c[2 * lines],
            GenuineLapses = lapses.Genuine,
            ImpostorLapses = lapses.Impostor,
            FalseMatch = [],
            DifferentBelow = 0,
            Quality = quality,
            GenuinePairs = pairs.GenuineCount,
            ImpostorPairs = pairs.ImpostorCount,
            Source = source,
        };
        return WithThresholds(calibration, pairs);
    }

    private static ScoreCalibration WithThresholds(ScoreCalibration calibration, ScoredPairs pairs)
    {
        var evidence = calibration.LogLikelihoodRatios(pairs);
        var genuine = evidence.Where((_, n) => pairs.Same[n]).Order().ToArray();
        var impostor = evidence.Where((_, n) => !pairs.Same[n]).OrderDescending().ToArray();
        return calibration with
        {
            FalseMatch = [.. Rates.Where(
                rate => ThresholdEstimate.ExpectedErrors(rate, impostor.Length) >= ThresholdEstimate.ErrorsForAnInterval)
                .Select(rate => new RateThreshold(
                    rate, Math.BitIncrement(impostor[(int)ThresholdEstimate.ExpectedErrors(rate, impostor.Length)])))],
            DifferentBelow = Quantiles.Of(genuine, ScoreCalibration.FalseNonMatchRate),
        };
    }

    private static double Logit(double share) => Math.Log(share / (1 - share));

    private static (double Centre, double Spread) Standardise(IReadOnlyList<float> scores)
    {
        var centre = scores.Average(score => (double)score);
        var spread = Math.Sqrt(scores.Average(score => (score - centre) * (score - centre)));
        return spread > 0 && double.IsFinite(spread)
            ? (centre, spread) : throw new PfeException("all pairs have the same score, or one is not a number; nothing can be calibrated");
    }
}
