namespace Pfe.Calibration;

/// <summary>
/// Fits a <see cref="TrustCalibration"/> to pairs of known answer, kind by kind. Every family of pairs weighs the same and every kind
/// within its
/// family; genuine and impostor pairs weigh the same in total. The thresholds are those of the worst kind, so that a promise holds for
/// each of them and
/// not only for their mixture, in which shared damage is rare.
/// </summary>
internal static class TrustFit
{
    /// <summary>The false-match rates for which thresholds are stored where the kinds support them.</summary>
    public static IReadOnlyList<double> Rates { get; } = [1e-1, 1e-2, 1e-3, 1e-4];

    /// <summary>Expected errors that a kind's impostor pairs must have at a rate for the kind to have a say in its threshold.</summary>
    public const int MinErrors = 10;

    // No face has no mates, and there is more of it than anybody will compare: it counts less.
    private const double NonFaceWeight = 0.3;
    private const double MaxContamination = 0.25;

    /// <summary>Fits.</summary>
    /// <param name="pairs">Pairs with their <see cref="TrustScore"/>, of people that the head was not trained on.</param>
    /// <param name="cleanFaces">The clean faces of the pairs, for the quality scale.</param>
    /// <param name="source">What the pairs are, in words.</param>
    /// <param name="cancellation">Stops the fit.</param>
    /// <exception cref="PfeException">Too few pairs, or scores that cannot be calibrated.</exception>
    public static TrustCalibration Fit(IReadOnlyList<KindPairs> pairs, IReadOnlyCollection<FaceTrust> cleanFaces, string source = "",
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var (genuine, impostor) = (pairs.Sum(kind => kind.Genuine.Count), pairs.Sum(kind => kind.Impostor.Count));
        if (genuine < CalibrationFit.MinGenuinePairs || impostor < CalibrationFit.FewestImpostor)
            throw new PfeException($"{genuine} genuine and {impostor} impostor pairs are too few; "
                + $"a calibration needs {CalibrationFit.MinGenuinePairs} and {CalibrationFit.FewestImpostor}");
        var quality = QualityScale.Fit([.. cleanFaces.Select(face => face.Noise)]);
        var (slope, offset, lapses) = Line(pairs, genuine, impostor, cancellation);
        Func<double, double> evidence = score => lapses.Evidence(slope * score + offset);
        KindPairs[] kinds = [.. pairs.Select(kind => kind.Select(evidence))];
        var thresholds = Rates.Select(rate => WorstSame(kinds, rate)).OfType<WorstKindThreshold>().ToArray();
        if (thresholds.Length == 0)
            throw new PfeException($"no kind of pair has {MinErrors / Rates[0]:0} pairs of two people; more people are needed");
        var (below, kind) = WorstDifferent(kinds);
        return new TrustCalibration
        {
            Slope = slope,
            Offset = offset,
            GenuineLapses = lapses.Genuine,
            ImpostorLapses = lapses.Impostor,
            FalseMatch = thresholds,
            DifferentBelow = below,
            DifferentKind = kind,
            Quality = quality,
            Source = source,
        };
    }

    private static (double Slope, double Offset, ContaminationRates Lapses) Line(IReadOnlyList<KindPairs> pairs, int genuine,
        int impostor, CancellationToken cancellation)
    {
        var kindsOf = pairs.CountBy(kind => kind.Family).ToDictionary();
        var (features, same, weights) = (new List<double>(), new List<bool>(), new List<double>());
        var all = pairs.SelectMany(kind => kind.Genuine.Concat(kind.Impostor));
        var (centre, spread) = Spread(all);
        foreach (var kind in pairs)
        {
            var share = (kind.Family == PairFamily.NonFace ? NonFaceWeight : 1) / kindsOf[kind.Family];
            Add(kind.Genuine, true, share);
            Add(kind.Impostor, false, share);
        }
        var (genuineWeight, impostorWeight) = (0.0, 0.0);
        for (var n = 0; n < weights.Count; n++)
        {
            if (same[n]) genuineWeight += weights[n];
            else impostorWeight += weights[n];
        }
        for (var n = 0; n < weights.Count; n++) weights[n] *= 0.5 / (same[n] ? genuineWeight : impostorWeight);

        // That no lapse is seen among N pairs does not make them rarer than about one in N.
        var (most, fewest1, fewest2) = (Logit(MaxContamination), Logit(1.0 / (genuine + 2)), Logit(1.0 / (impostor + 2)));
        var start = Logit(0.01);
        var c = EvidenceRegression.Fit(new([.. features], 2, same, [.. weights]),
            [1, 0, Math.Max(start, fewest1), Math.Max(start, fewest2)],
            [0, double.NegativeInfinity, fewest1, fewest2], [double.PositiveInfinity, double.PositiveInfinity, most, most], cancellation);
        return (c[0] / spread, c[1] - c[0] * centre / spread, ContaminationRates.FromLogits(c[2], c[3]));

        void Add(IReadOnlyList<double> scores, bool genuinePairs, double share)
        {
            foreach (var score in scores)
            {
                features.Add((score - centre) / spread);
                features.Add(1);
                same.Add(genuinePairs);
                weights.Add(share / scores.Count);
            }
        }
    }

    private static (double Centre, double Spread) Spread(IEnumerable<double> scores)
    {
        var (count, sum, squares) = (0L, 0.0, 0.0);
        foreach (var score in scores)
        {
            count++;
            sum += score;
            squares += score * score;
        }
        var (centre, spread) = (sum / count, Math.Sqrt(Math.Max(0, squares / count - sum / count * (sum / count))));
        return spread > 0 && double.IsFinite(spread)
            ? (centre, spread)
            : throw new PfeException("all pairs have the same score, or one is not a number; nothing can be calibrated");
    }

    private static WorstKindThreshold? WorstSame(IEnumerable<KindPairs> kinds, double rate)
    {
        WorstKindThreshold? worst = null;
        foreach (var kind in kinds)
        {
            var expected = ThresholdEstimate.ExpectedErrors(rate, kind.Impostor.Count);
            if (expected < MinErrors) continue;
            double[] descending = [.. kind.Impostor.OrderDescending()];
            var threshold = Math.BitIncrement(descending[(int)expected]);
            if (worst is not null && worst.Threshold >= threshold) continue;
            var (few, many) = Binomial.Span(descending.Length, rate, 0.95);
            worst = new(rate, threshold, descending[Math.Min(many, descending.Length - 1)], descending[few], kind.Name);
        }
        return worst;
    }

    private static (double Below, string Kind) WorstDifferent(IReadOnlyList<KindPairs> kinds)
    {
        KindPairs[] enough = [.. kinds.Where(kind => kind.Genuine.Count >= CalibrationFit.MinGenuinePairs)];
        // Too few of every kind, but enough in all: they count as one.
        if (enough.Length == 0) enough = [new KindPairs(PairFamily.Clean, "all kinds", [.. kinds.SelectMany(kind => kind.Genuine)], [])];
        return enough.Select(kind => (Quantiles.Of(kind.Genuine.Order().ToArray(), ScoreCalibration.FalseNonMatchRate), kind.Name)).Min();
    }

    private static double Logit(double share) => Math.Log(share / (1 - share));
}
