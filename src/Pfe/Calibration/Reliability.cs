namespace Pfe.Calibration;

/// <summary>Pairs whose stated probabilities lie in one range.</summary>
/// <param name="From">Lower end of the range.</param>
/// <param name="To">Upper end.</param>
/// <param name="Pairs">How many pairs it holds.</param>
/// <param name="Stated">Their mean stated P(same), prior-weighted.</param>
/// <param name="Observed">The share that really is of one person, prior-weighted.</param>
/// <param name="Low">Lower end of the 95 % Wilson interval of the share.</param>
/// <param name="High">Upper end.</param>
public sealed record ReliabilityBin(double From, double To, int Pairs, double Stated, double Observed, double Low, double High);

/// <summary>How true stated probabilities are, on pairs the calibration never saw.</summary>
/// <param name="Bins">The reliability diagram, only bins that hold pairs.</param>
/// <param name="ExpectedCalibrationError">Mean distance between stated and observed, bins weighted by their pairs (ECE), 0 to 1.</param>
/// <param name="Cllr">Cost of the log likelihood ratios in bits: 0 perfect, 1 as good as saying nothing, above 1 misleading.</param>
/// <param name="CllrMin">What it would be with the best monotone mapping of the same evidence; the rest is miscalibration.</param>
public sealed record Reliability(IReadOnlyList<ReliabilityBin> Bins, double ExpectedCalibrationError, double Cllr, double CllrMin)
{
    /// <summary>
    /// Judges evidence against the truth. Genuine and impostor pairs weigh the same in total (prior 1/2), so that a protocol with a thousand
    /// impostors for each genuine pair is not judged on impostors alone.
    /// </summary>
    /// <param name="evidence">ln likelihood ratio of each pair.</param>
    /// <param name="same">Whether each pair shows one person; both kinds must occur.</param>
    /// <param name="bins">Ranges of equal width.</param>
    public static Reliability Of(ReadOnlySpan<double> evidence, ReadOnlySpan<bool> same, int bins = 10)
    {
        if (evidence.Length != same.Length) throw new ArgumentException($"{evidence.Length} values, {same.Length} labels", nameof(same));
        var genuine = same.Count(true);
        if (genuine == 0 || genuine == same.Length) throw new PfeException($"reliability needs pairs of one person and pairs of two; there are {genuine} and {same.Length - genuine}");
        var (weightSame, weightOther) = (0.5 / genuine, 0.5 / (same.Length - genuine));
        var sums = new (int Count, double Weight, double Squares, double Stated, double Observed)[bins];
        var cost = 0.0;
        for (var n = 0; n < same.Length; n++)
        {
            var (probability, weight) = (ScoreCalibration.Sigmoid(evidence[n]), same[n] ? weightSame : weightOther);
            ref var bin = ref sums[Math.Min((int)(probability * bins), bins - 1)];
            bin = (bin.Count + 1, bin.Weight + weight, bin.Squares + weight * weight, bin.Stated + weight * probability, bin.Observed + (same[n] ? weight : 0));
            cost += weight * Bits(same[n] ? evidence[n] : -evidence[n]);
        }
        var filled = sums.Select((sum, i) => (sum, i)).Where(bin => bin.sum.Count > 0).ToArray();
        return new(
            [.. filled.Select(bin => Bin(bin.i, bins, bin.sum))],
            filled.Sum(bin => Math.Abs(bin.sum.Stated - bin.sum.Observed)),
            cost,
            MinimalCost(evidence.ToArray(), same.ToArray(), weightSame, weightOther));
    }

    /// <summary>Judges a calibration on pairs.</summary>
    /// <param name="calibration">The calibration.</param>
    /// <param name="pairs">Pairs it was not fitted on.</param>
    /// <param name="bins">Ranges of equal width.</param>
    public static Reliability Of(ScoreCalibration calibration, ScoredPairs pairs, int bins = 10)
    {
        var evidence = Enumerable.Range(0, pairs.Count).Select(n => calibration.LogLikelihoodRatio(pairs.Scores[n], pairs.Uncertainty1[n], pairs.Uncertainty2[n])).ToArray();
        return Of(evidence, pairs.Same.ToArray(), bins);
    }

    private static ReliabilityBin Bin(int index, int bins, (int Count, double Weight, double Squares, double Stated, double Observed) sum)
    {
        // Kish's effective number of pairs, as the two kinds carry different weights.
        var observed = RateInterval.OfShare(sum.Observed / sum.Weight, sum.Weight * sum.Weight / sum.Squares);
        return new((double)index / bins, (index + 1.0) / bins, sum.Count, sum.Stated / sum.Weight, observed.Rate, observed.Low, observed.High);
    }

    // log2(1 + exp(-x)) without overflow; Cllr is its mean over both kinds.
    private static double Bits(double x) => (Math.Max(-x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)))) / Math.Log(2);

    // Pool adjacent violators: the best non-decreasing probabilities; a pool's cost is its weighted entropy.
    private static double MinimalCost(double[] evidence, bool[] same, double weightSame, double weightOther)
    {
        Array.Sort(evidence, same);
        var pools = new Stack<(double Same, double Other)>();
        for (var n = 0; n < same.Length;)
        {
            var (pool, value) = ((Same: 0.0, Other: 0.0), evidence[n]);
            for (; n < same.Length && evidence[n] == value; n++)
                pool = same[n] ? (pool.Same + weightSame, pool.Other) : (pool.Same, pool.Other + weightOther);
            while (pools.TryPeek(out var last) && last.Same * pool.Other >= pool.Same * last.Other)
            {
                pools.Pop();
                pool = (pool.Same + last.Same, pool.Other + last.Other);
            }
            pools.Push(pool);
        }
        return pools.Sum(pool => Entropy(pool.Same, pool.Other) + Entropy(pool.Other, pool.Same));
    }

    private static double Entropy(double part, double rest) => part == 0 ? 0 : -part * Math.Log2(part / (part + rest));
}
