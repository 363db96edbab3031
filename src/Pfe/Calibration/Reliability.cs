namespace Pfe.Calibration;

/// <summary>Pairs whose stated probabilities lie in one range.</summary>
/// <param name="From">Lower end of the range.</param>
/// <param name="To">Upper end.</param>
/// <param name="Pairs">How many pairs it holds.</param>
/// <param name="Stated">Their mean stated P(same), prior-weighted.</param>
/// <param name="Observed">The share that really is of one person, prior-weighted.</param>
/// <param name="Low">Lower end of the 95 % Wilson interval of the share, which takes pairs as independent.</param>
/// <param name="High">Upper end.</param>
internal sealed record ReliabilityBin(double From, double To, int Pairs, double Stated, double Observed, double Low, double High);

/// <summary>How true stated probabilities are, on pairs the calibration never saw.</summary>
/// <param name="Bins">The reliability diagram, only bins that hold pairs.</param>
/// <param name="ExpectedCalibrationError">Mean distance between stated and observed, bins weighted by their pairs (ECE), 0 to 1.</param>
/// <param name="Cllr">Cost of the log likelihood ratios in bits: 0 perfect, 1 as good as saying nothing, above 1 misleading.</param>
/// <param name="Middle">All pairs told 10 % to 90 %, where a wrong curve shows and the easy pairs do not hide it; null where there are
/// none.</param>
/// <param name="CllrMin">What it would be with the best monotone mapping of the same evidence; the rest is miscalibration.</param>
internal sealed record Reliability(
    IReadOnlyList<ReliabilityBin> Bins, ReliabilityBin? Middle, double ExpectedCalibrationError, double Cllr, double CllrMin)
{
    private const double MiddleFrom = 0.1;
    /// <summary>
    /// Judges evidence against the truth. Genuine and impostor pairs weigh the same in total (prior 1/2), so that a protocol with a
    /// thousand impostors for each genuine pair is not judged on impostors alone.
    /// </summary>
    /// <param name="evidence">ln likelihood ratio of each pair.</param>
    /// <param name="same">Whether each pair shows one person; both kinds must occur.</param>
    /// <param name="counts">How often each pair counts, for a bootstrap; empty for once.</param>
    /// <param name="bins">Ranges of equal width.</param>
    public static Reliability Of(ReadOnlySpan<double> evidence, ReadOnlySpan<bool> same, ReadOnlySpan<int> counts = default, int bins = 10)
    {
        if (evidence.Length != same.Length) throw new ArgumentException($"{evidence.Length} values, {same.Length} labels", nameof(same));
        var weights = Weights(same, counts);
        var (sums, middle, cost) = (new Sum[bins], default(Sum), 0.0);
        for (var n = 0; n < same.Length; n++)
        {
            if (weights[n] == 0) continue;
            var probability = ScoreCalibration.Sigmoid(evidence[n]);
            sums[Math.Min((int)(probability * bins), bins - 1)].Add(weights[n], probability, same[n]);
            if (probability is >= MiddleFrom and <= 1 - MiddleFrom) middle.Add(weights[n], probability, same[n]);
            cost += weights[n] * Bits(same[n] ? evidence[n] : -evidence[n]);
        }
        var filled = sums.Select((sum, i) => (sum, i)).Where(bin => bin.sum.Pairs > 0).ToArray();
        return new(
            [.. filled.Select(bin => bin.sum.Bin((double)bin.i / bins, (bin.i + 1.0) / bins))],
            middle.Pairs > 0 ? middle.Bin(MiddleFrom, 1 - MiddleFrom) : null,
            filled.Sum(bin => Math.Abs(bin.sum.Stated - bin.sum.Observed)),
            cost,
            MinimalCost(evidence.ToArray(), same, weights));
    }

    /// <summary>Judges a calibration on pairs.</summary>
    /// <param name="calibration">The calibration.</param>
    /// <param name="pairs">Pairs it was not fitted on.</param>
    /// <param name="bins">Ranges of equal width.</param>
    public static Reliability Of(ScoreCalibration calibration, ScoredPairs pairs, int bins = 10) =>
        Of(calibration.LogLikelihoodRatios(pairs), pairs.Same.ToArray(), bins: bins);

    private static double[] Weights(ReadOnlySpan<bool> same, ReadOnlySpan<int> counts)
    {
        var (genuine, impostor) = (0L, 0L);
        for (var n = 0; n < same.Length; n++)
        {
            var count = counts.IsEmpty ? 1 : counts[n];
            if (same[n]) genuine += count;
            else impostor += count;
        }
        if (genuine == 0 || impostor == 0)
            throw new PfeException($"reliability needs pairs of one person and pairs of two; there are {genuine} and {impostor}");
        var weights = new double[same.Length];
        for (var n = 0; n < weights.Length; n++) weights[n] = 0.5 * (counts.IsEmpty ? 1 : counts[n]) / (same[n] ? genuine : impostor);
        return weights;
    }

    // log2(1 + exp(-x)) without overflow; Cllr is its mean over both kinds.
    private static double Bits(double x) => (Math.Max(-x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)))) / Math.Log(2);

    // Pool adjacent violators: the best non-decreasing probabilities; a pool's cost is its weighted entropy.
    private static double MinimalCost(double[] evidence, ReadOnlySpan<bool> same, double[] weights)
    {
        var order = new int[evidence.Length];
        for (var n = 0; n < order.Length; n++) order[n] = n;
        Array.Sort(evidence, order);
        var pools = new Stack<(double Same, double Other)>();
        for (var n = 0; n < order.Length;)
        {
            var (pool, value) = ((Same: 0.0, Other: 0.0), evidence[n]);
            for (; n < order.Length && evidence[n] == value; n++)
                pool = same[order[n]] ? (pool.Same + weights[order[n]], pool.Other) : (pool.Same, pool.Other + weights[order[n]]);
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

    private struct Sum
    {
        public int Pairs;
        public double Stated, Observed;
        private double _weight, _squares;

        public void Add(double weight, double probability, bool same)
        {
            Pairs++;
            _weight += weight;
            _squares += weight * weight;
            Stated += weight * probability;
            Observed += same ? weight : 0;
        }

        public readonly ReliabilityBin Bin(double from, double to)
        {
            // Kish's effective number of pairs, as the two kinds carry different weights.
            var observed = RateInterval.OfShare(Math.Min(1, Observed / _weight), _weight * _weight / _squares);
            return new(from, to, Pairs, Stated / _weight, observed.Rate, observed.Low, observed.High);
        }
    }
}
