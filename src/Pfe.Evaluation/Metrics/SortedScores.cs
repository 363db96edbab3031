namespace Pfe.Evaluation.Metrics;

/// <summary>Scores of one kind (genuine or impostor) in ascending order: counts above a threshold take a binary search.</summary>
public sealed class SortedScores
{
    private readonly float[] _ascending;

    /// <summary>Sorts a copy of the scores.</summary>
    /// <param name="scores">Any finite scores, higher meaning more alike; not empty.</param>
    /// <exception cref="ArgumentException">No scores, or one that is not a number.</exception>
    public SortedScores(ReadOnlySpan<float> scores)
    {
        if (scores.IsEmpty) throw new ArgumentException("at least one score is needed", nameof(scores));
        _ascending = scores.ToArray();
        Array.Sort(_ascending);
        // Array.Sort puts NaN first, so one look finds any.
        if (float.IsNaN(_ascending[0])) throw new ArgumentException("a score is not a number", nameof(scores));
    }

    /// <summary>Number of scores.</summary>
    public int Count => _ascending.Length;

    /// <summary>All scores, lowest first.</summary>
    public ReadOnlySpan<float> Ascending => _ascending;

    /// <summary>The highest score.</summary>
    public float Highest => _ascending[^1];

    /// <summary>How many scores are at least <paramref name="threshold"/>.</summary>
    /// <param name="threshold">Any number.</param>
    public int CountAtLeast(double threshold)
    {
        var (low, high) = (0, _ascending.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_ascending[middle] >= threshold) high = middle;
            else low = middle + 1;
        }
        return _ascending.Length - low;
    }

    /// <summary>Share of the scores that are at least <paramref name="threshold"/>.</summary>
    /// <param name="threshold">Any number.</param>
    public double ShareAtLeast(double threshold) => (double)CountAtLeast(threshold) / Count;

    /// <summary>
    /// The threshold for a false accept rate, these being impostor scores: with k = round(N * FAR), half to even, the k-th highest score;
    /// for k = 0 a threshold just above the highest (+1e-8, or the next number where 1e-8 is too small to count).
    /// </summary>
    /// <param name="far">Requested false accept rate, 0 to 1.</param>
    public double ThresholdAtFar(double far)
    {
        if (far is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(far), far, "a false accept rate lies between 0 and 1");
        var k = (int)Math.Round(Count * far, MidpointRounding.ToEven);
        return k == 0 ? JustAbove(Highest) : _ascending[^k];
    }

    internal static double JustAbove(double score) => Math.Max(score + 1e-8, Math.BitIncrement(score));
}
