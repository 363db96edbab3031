namespace Pfe.Evaluation.Statistics;

/// <summary>
/// What each dimension says of a pair: <c>ln N(d; 0, v) - ln N(d; 0, v + t)</c>, with d the difference of the means, v the sum of the
/// variances and t how much the means of different people differ in that dimension. In nats: above 0 the dimension agrees, below 0 it
/// disagrees, and where v is large beside t it abstains.
/// </summary>
/// <param name="PerDimension">D values.</param>
internal sealed record PairEvidence(double[] PerDimension)
{
    /// <summary>Within this distance of 0 a dimension counts as abstaining.</summary>
    public const double AbstainBelow = 0.05;

    /// <summary>Dimensions that speak for one person.</summary>
    public int Agree => PerDimension.Count(value => value > AbstainBelow);

    /// <summary>Dimensions that speak against it.</summary>
    public int Disagree => PerDimension.Count(value => value < -AbstainBelow);

    /// <summary>Dimensions that say nothing.</summary>
    public int Abstain => PerDimension.Length - Agree - Disagree;

    /// <summary>How much the means of two random faces differ in each dimension: twice the variance of mu over the set (at most 5,000
    /// faces, evenly spaced).</summary>
    /// <param name="faces">The set.</param>
    public static double[] SpreadOf(EmbeddingSet faces)
    {
        var (sum, squares, n) = (new double[faces.Dimension], new double[faces.Dimension], 0);
        for (var row = 0; row < faces.Count; row += Math.Max(1, faces.Count / 5000), n++)
        {
            var mu = faces.Mu(row);
            for (var l = 0; l < mu.Length; l++)
            {
                sum[l] += mu[l];
                squares[l] += (double)mu[l] * mu[l];
            }
        }
        return [.. sum.Select((total, l) => 2 * Math.Max(0, squares[l] / n - total / n * (total / n)))];
    }

    /// <summary>Computes a pair's evidence.</summary>
    /// <param name="faces">The set.</param>
    /// <param name="first">One row.</param>
    /// <param name="second">The other.</param>
    /// <param name="spread">Of <see cref="SpreadOf"/>.</param>
    public static PairEvidence Of(EmbeddingSet faces, int first, int second, double[] spread)
    {
        var (v1, v2) = (new float[faces.Dimension], new float[faces.Dimension]);
        faces.CopyVariance(first, v1);
        faces.CopyVariance(second, v2);
        ReadOnlySpan<float> mu1 = faces.Mu(first), mu2 = faces.Mu(second);
        var evidence = new double[faces.Dimension];
        for (var l = 0; l < evidence.Length; l++)
        {
            double difference = mu1[l] - mu2[l], same = (double)v1[l] + v2[l], other = same + spread[l];
            evidence[l] = 0.5 * (Math.Log(other / same) - difference * difference * (1 / same - 1 / other));
        }
        return new(evidence);
    }
}
