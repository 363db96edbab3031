namespace Pfe.Evaluation.Statistics;

/// <summary>Genuine pairs in the order in which a measure of quality discards them, sorted once for all resamples.</summary>
internal sealed class DiscardOrder
{
    private readonly int[] _pairs;
    private readonly int[] _tieEnds;

    /// <summary>Sorts.</summary>
    /// <param name="quality">Of each pair, higher for better.</param>
    public DiscardOrder(ReadOnlySpan<double> quality)
    {
        var keys = quality.ToArray();
        _pairs = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(keys, _pairs);
        _tieEnds = [.. Enumerable.Range(1, keys.Length).Where(n => n == keys.Length || !keys[n].Equals(keys[n - 1]))];
    }

    /// <summary>
    /// The error rate of what is left at each share discarded. Pairs of equal quality go together, in equal parts: no order among them is
    /// better than another, so the input's order does not matter.
    /// </summary>
    /// <param name="missed">Whether each pair is below the threshold.</param>
    /// <param name="weights">How often each pair counts.</param>
    /// <param name="shares">Shares of the weight to discard, rising, below 1.</param>
    public double[] Fnmr(ReadOnlySpan<bool> missed, ReadOnlySpan<int> weights, ReadOnlySpan<double> shares)
    {
        var (total, errors) = (0L, 0L);
        for (var n = 0; n < missed.Length; n++)
        {
            total += weights[n];
            if (missed[n]) errors += weights[n];
        }
        var rates = new double[shares.Length];
        var (gone, goneErrors, tie, tied, tiedErrors) = (0L, 0L, -1, 0L, 0L);
        for (var s = 0; s < rates.Length; s++)
        {
            var wanted = shares[s] * total;
            while (gone + tied < wanted && tie + 1 < _tieEnds.Length)
            {
                (gone, goneErrors, tied, tiedErrors) = (gone + tied, goneErrors + tiedErrors, 0, 0);
                tie++;
                for (var at = tie == 0 ? 0 : _tieEnds[tie - 1]; at < _tieEnds[tie]; at++)
                {
                    tied += weights[_pairs[at]];
                    if (missed[_pairs[at]]) tiedErrors += weights[_pairs[at]];
                }
            }
            var part = tied == 0 ? 0 : (wanted - gone) / tied;
            rates[s] = (errors - goneErrors - part * tiedErrors) / (total - wanted);
        }
        return rates;
    }
}
